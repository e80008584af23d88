"""Who may write VidraResources, and nothing else, keeps no sync from ending, and none from pruning what it made."""

from typing import Any

from testkit.environment import RESOURCES, SYNCS, Json, Scene, condition
from testkit.objects import config_map
from testkit.somebody import Somebody, somebody
from testkit.trigger import ask
from vidra.api.names import API_VERSION, GROUP, SYNC_LABEL
from vidra.apply.field_owner import hashed
from vidra.manifests.write import write

WRITER = ({"apiGroups": [GROUP], "resources": ["vidraresources"], "verbs": ["create", "patch", "get"]},)


async def forged(person: Somebody, sync: Json, *items: Json, **metadata: Any) -> str:
    """A VidraResource that looks as if a sync had made it."""
    name, kind = sync["metadata"]["name"], sync["kind"]
    owner = {"apiVersion": API_VERSION, "kind": kind, "name": name, "uid": sync["metadata"]["uid"]}
    made = {"name": f"{name}-forged", "labels": {SYNC_LABEL: hashed(name)}, "ownerReferences": [owner], **metadata}
    spec = {"destination": {"namespace": person.namespace}, "manifest": write(list(items))}
    await person.apply({"apiVersion": API_VERSION, "kind": "VidraResource", "metadata": made, "spec": spec})
    return str(made["name"])


async def test_a_finalizer_of_somebody_else_keeps_no_sync(scene: Scene) -> None:
    scene.infrahub.add_artifact("One", write([config_map("one")]))
    name = await scene.sync("One")
    sync = await scene.until_sync(name)
    [mine] = await scene.resources_of(name)
    async with somebody(scene, everywhere=WRITER) as person:
        theirs = await forged(person, sync, config_map("theirs"), finalizers=["example.com/stays"])
        held = {"metadata": {"finalizers": [*mine["metadata"]["finalizers"], "example.com/stays"]}}
        await person.patch(RESOURCES, mine["metadata"]["name"], held)
    await scene.until_resource(theirs)
    await scene.delete(SYNCS, name)
    await scene.until_gone(SYNCS, name)
    configs = await scene.kind("v1", "ConfigMap")
    for each in ("one", "theirs"):
        assert await scene.get(configs, each, namespace=scene.namespace) is None
    for each in (theirs, mine["metadata"]["name"]):
        await scene.patch(RESOURCES, each, {"metadata": {"finalizers": None}})
        await scene.until_gone(RESOURCES, each)


async def test_many_objects_of_somebody_else_hold_up_no_prune(scene: Scene) -> None:
    one, _ = [scene.infrahub.add_artifact("Some", write([config_map(f"some-{number}")])) for number in range(2)]
    name = await scene.sync("Some", interval="1h")
    sync = await scene.until_sync(name)
    async with somebody(scene, everywhere=WRITER) as person:
        theirs = await forged(person, sync, *(config_map(f"many-{number}") for number in range(20)))
    await scene.until_resource(theirs)
    scene.infrahub.remove(one)
    after = await ask(scene, name)
    await scene.until_gone(RESOURCES, f"{name}-{one}")
    assert condition(after)["reason"] == "PruneHeld"
    assert after["status"]["heldPrune"]["resources"] == [theirs]
