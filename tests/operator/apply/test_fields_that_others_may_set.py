"""`ignoreDifferences`: Vidra sets a field when it creates the object, and leaves it to whoever sets it then."""

from typing import Any

from testkit.controlplane import AuditEntry
from testkit.environment import Json, Scene
from testkit.objects import config_map
from vidra.kube.client import encode
from vidra.manifests.write import write

AT_ONCE = {"reconcileOnEvents": True}
COLOUR = [{"target": {"kind": "ConfigMap", "name": "b*"}, "jsonPointers": ["/data/colour"]}]


async def given(scene: Scene, *, name: str = "", ignore: Any = COLOUR, **data: str) -> str:
    text = write([config_map("box", **(data or {"colour": "red", "size": "small"}))])
    name = await scene.resource(text, name=name, destination=AT_ONCE, ignoreDifferences=ignore)
    await scene.until_resource(name)
    return name


async def box(scene: Scene) -> Json:
    found = await scene.get(await scene.kind("v1", "ConfigMap"), "box", namespace=scene.namespace)
    assert found is not None
    return found


async def edit(scene: Scene, **data: str | None) -> None:
    await scene.patch(await scene.kind("v1", "ConfigMap"), "box", {"data": data}, namespace=scene.namespace)


async def until_data(scene: Scene, **data: str) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    await scene.until(configs, "box", lambda item: bool(item["data"] == data), namespace=scene.namespace)


async def test_it_is_set_at_creation_and_left_when_somebody_changes_it(scene: Scene) -> None:
    name = await given(scene)
    await until_data(scene, colour="red", size="small")
    await edit(scene, colour="blue", size="big")
    await until_data(scene, colour="blue", size="small")
    resource = await scene.request(name, "now")
    assert resource["status"]["conditions"][0]["status"] == "True"


async def test_a_new_text_leaves_it_too(scene: Scene) -> None:
    name = await given(scene)
    await edit(scene, colour="blue")
    await given(scene, name=name, colour="green", size="medium")
    await until_data(scene, colour="blue", size="medium")


async def test_it_stays_as_it_is_while_only_vidra_holds_it(scene: Scene) -> None:
    name = await given(scene)
    await given(scene, name=name, colour="green", size="medium")
    await until_data(scene, colour="red", size="medium")


async def test_changes_of_what_somebody_else_holds_cost_no_request(scene: Scene) -> None:
    name = await given(scene)
    await edit(scene, colour="blue")
    await scene.request(name, "one")
    mark = scene.plane.audit.mark()
    for colour in ("green", "yellow", "white"):
        await edit(scene, colour=colour)
    await edit(scene, size="big")  # which is put back, after the others were seen
    await until_data(scene, colour="white", size="small")

    def writes(entries: list[AuditEntry]) -> list[AuditEntry]:
        mine = [entry for entry in entries if entry.name == "box" and entry.namespace == scene.namespace]
        return [entry for entry in mine if "fieldManager=vidra" in entry.uri]

    assert len(writes(await scene.plane.audit.until(mark, lambda entries: bool(writes(entries))))) == 1


async def test_without_the_rule_it_is_put_back_again(scene: Scene) -> None:
    name = await given(scene)
    await edit(scene, colour="blue")
    await scene.request(name, "one")
    await given(scene, name=name, ignore=[])
    await until_data(scene, colour="red", size="small")


async def test_a_deleted_object_comes_back_whole(scene: Scene) -> None:
    await given(scene)
    await edit(scene, colour="blue")
    await scene.delete(await scene.kind("v1", "ConfigMap"), "box", namespace=scene.namespace)
    await until_data(scene, colour="red", size="small")


async def test_an_autoscaler_and_vidra_do_not_meet(scene: Scene) -> None:
    deployment: Json = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "web:1"}]},
            },
        },
    }
    ignore = [{"target": {"group": "apps", "kind": "Deployment"}, "jsonPointers": ["/spec/replicas"]}]
    name = await scene.resource(write([deployment]), destination=AT_ONCE, ignoreDifferences=ignore)
    await scene.until_resource(name)
    kind = await scene.kind("apps/v1", "Deployment")
    path = kind.path(scene.namespace, "web", "scale")
    scale: Json = await scene.client.get(path, dict[str, Any])
    scale["spec"]["replicas"] = 3
    del scale["metadata"]["resourceVersion"]  # whatever the controllers have written meanwhile
    await scene.client.send("PUT", path, body=encode(scale))
    await scene.request(name, "now")
    deployment["spec"]["template"]["spec"]["containers"][0]["image"] = "web:2"
    await scene.resource(write([deployment]), name=name, destination=AT_ONCE, ignoreDifferences=ignore)
    await scene.until_resource(name)
    found = await scene.get(kind, "web", namespace=scene.namespace)
    assert found is not None
    assert found["spec"]["replicas"] == 3
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == "web:2"
