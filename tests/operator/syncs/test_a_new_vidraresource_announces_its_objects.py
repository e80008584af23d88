"""A sync announces the objects of what it creates, so that they need no status of their own before they are applied."""

from testkit.environment import RESOURCES, SYNCS, Json, Scene, has_reason
from testkit.objects import config_map
from vidra.api.names import REQUESTED_AT
from vidra.manifests.write import write

ROLE: Json = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "rules": []}
REFUSED: Json = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "bad"}, "spec": {"ports": [{"port": -1}]}}


async def only(scene: Scene, sync: str) -> Json:
    (resource,) = await scene.resources_of(sync)
    return resource


def listed(resource: Json) -> list[str]:
    return [entry["name"] for entry in resource["status"].get("managedResources", [])]


async def test_as_the_cluster_knows_them(scene: Scene) -> None:
    role = {**ROLE, "metadata": {"name": f"{scene.namespace}-role", "namespace": "ignored"}}
    scene.infrahub.add_artifact("Boxes", write([config_map("box"), role]))
    name = await scene.sync("Boxes", interval="1h")
    await scene.until_sync(name)
    resource = await only(scene, name)
    role_entry = {"apiVersion": ROLE["apiVersion"], "kind": "ClusterRole", "name": f"{scene.namespace}-role"}
    box = {"apiVersion": "v1", "kind": "ConfigMap", "name": "box", "namespace": scene.namespace}
    announced = resource["spec"]["announced"]
    assert announced["resource"] == resource["metadata"]["name"]
    assert sorted(announced["objects"], key=lambda item: item["kind"]) == [role_entry, box]
    await scene.delete(SYNCS, name)
    await scene.until_gone(SYNCS, name)


async def test_a_later_text_takes_the_announcement_away(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Boxes", write([config_map("box")]))
    name = await scene.sync("Boxes", interval="1h", pruneLimit=100)
    await scene.until_sync(name)
    scene.infrahub.change(artifact, write([config_map("other")]))
    await scene.patch(SYNCS, name, {"metadata": {"annotations": {REQUESTED_AT: "now"}}})
    vres = (await only(scene, name))["metadata"]["name"]
    found = await scene.until_resource(vres, lambda item: listed(item) == ["other"])
    assert "announced" not in found["spec"]


async def test_none_where_they_may_wait_for_long(scene: Scene) -> None:
    scene.infrahub.add_artifact("Boxes", write([config_map("box")]))
    waits = [{"apiVersion": "v1", "kind": "ConfigMap", "name": "nobody", "namespace": scene.namespace}]
    name = await scene.sync("Boxes", interval="1h", dependsOn=waits)
    await scene.until_sync(name, has_reason("ResourcesNotReady"))
    resource = await only(scene, name)
    assert "announced" not in resource["spec"]
    assert listed(resource) == []


async def test_what_is_refused_at_its_first_apply_is_not_listed(scene: Scene) -> None:
    await scene.apply(config_map("somebodys", scene.namespace))
    scene.infrahub.add_artifact("Mixed", write([config_map("good"), REFUSED, config_map("somebodys", colour="red")]))
    name = await scene.sync("Mixed", interval="1h")
    await scene.until_sync(name, has_reason("ResourcesNotReady"))
    vres = (await only(scene, name))["metadata"]["name"]
    found = await scene.until_resource(vres, lambda item: len(item.get("status", {}).get("problems", [])) == 2)
    assert len(found["spec"]["announced"]["objects"]) == 3
    assert listed(found) == ["good"]
    somebodys = await scene.get(await scene.kind("v1", "ConfigMap"), "somebodys", namespace=scene.namespace)
    assert somebodys is not None
    assert "data" not in somebodys
    await scene.delete(SYNCS, name)
    await scene.until_gone(RESOURCES, vres)
