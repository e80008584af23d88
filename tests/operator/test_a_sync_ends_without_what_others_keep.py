"""A sync that is deleted waits for what Vidra has to do, and not for what somebody else keeps."""

from testkit.environment import RESOURCES, SYNCS, Scene
from testkit.objects import config_map
from testkit.somebody import somebody
from vidra.api.names import API_VERSION, GROUP, SYNC_LABEL
from vidra.apply.field_owner import hashed
from vidra.manifests.write import write

WRITER = ({"apiGroups": [GROUP], "resources": ["vidraresources"], "verbs": ["create", "patch", "get"]},)


async def test_a_finalizer_of_somebody_else_keeps_no_sync(scene: Scene) -> None:
    scene.infrahub.add_artifact("One", write([config_map("one")]))
    name = await scene.sync("One")
    sync = await scene.until_sync(name)
    [mine] = await scene.resources_of(name)
    owner = {"apiVersion": API_VERSION, "kind": "InfrahubSync", "name": name, "uid": sync["metadata"]["uid"]}
    forged = f"{name}-forged"
    async with somebody(scene, everywhere=WRITER) as person:
        await person.apply(
            {
                "apiVersion": API_VERSION,
                "kind": "VidraResource",
                "metadata": {
                    "name": forged,
                    "finalizers": ["example.com/stays"],
                    "labels": {SYNC_LABEL: hashed(name)},
                    "ownerReferences": [owner],
                },
                "spec": {"destination": {"namespace": scene.namespace}, "manifest": write([config_map("theirs")])},
            }
        )
        held = {"metadata": {"finalizers": [*mine["metadata"]["finalizers"], "example.com/stays"]}}
        await person.patch(RESOURCES, mine["metadata"]["name"], held)
    await scene.until_resource(forged)
    await scene.delete(SYNCS, name)
    await scene.until_gone(SYNCS, name)
    configs = await scene.kind("v1", "ConfigMap")
    for each in ("one", "theirs"):
        assert await scene.get(configs, each, namespace=scene.namespace) is None
    for each in (forged, mine["metadata"]["name"]):
        await scene.patch(RESOURCES, each, {"metadata": {"finalizers": None}})
        await scene.until_gone(RESOURCES, each)
