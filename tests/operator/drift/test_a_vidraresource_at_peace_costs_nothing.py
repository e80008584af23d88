"""Where nothing changes, the API server hears nothing."""

from testkit.environment import Scene
from testkit.objects import config_map, namespace, secret
from testkit.operating import Operating
from vidra.manifests.write import write


async def intervals(scene: Scene, count: int) -> None:
    """Let intervals of one second pass: a witness is put back at its own, which is as long."""
    configs = await scene.kind("v1", "ConfigMap")
    for _ in range(count):
        await scene.patch(configs, "witness", {"data": {"colour": "blue"}}, namespace=scene.namespace)
        await scene.until(
            configs, "witness", lambda item: bool(item["data"] == {"colour": "red"}), namespace=scene.namespace
        )


async def test_three_intervals_of_peace_are_no_request(own_scene: Scene) -> None:
    name = await own_scene.resource(
        write([config_map("one"), secret("two", word="open"), namespace(own_scene.namespace)]), interval="1s"
    )
    witness = await own_scene.resource(write([config_map("witness", colour="red")]), interval="1s")
    await own_scene.until_resource(name)
    await own_scene.until_resource(witness)
    await intervals(own_scene, 1)
    mark = own_scene.plane.audit.mark()
    await intervals(own_scene, 3)
    entries = await own_scene.plane.audit.since(mark)
    assert any("fieldManager=vidra" in entry.uri and entry.name == "witness" for entry in entries)
    # The API server asks itself now and then.
    asked = [entry for entry in entries if entry.verb != "watch" and "kube-apiserver" not in entry.user_agent]
    others = [entry for entry in asked if entry.name not in {"witness", witness}]
    assert [entry for entry in others if entry.resource != "events"] == []  # those are about the witness
    assert len(await own_scene.events_about(name)) == 1


async def test_after_a_restart_what_is_in_place_is_not_applied_again(own_scene: Scene, own_operator: Operating) -> None:
    name = await own_scene.resource(write([config_map("one"), secret("two", word="open")]), interval="1s")
    witness = await own_scene.resource(write([config_map("witness", colour="red")]), interval="1s")
    await own_scene.until_resource(name)
    await own_scene.until_resource(witness)
    await own_operator.stop()
    mark = own_scene.plane.audit.mark()
    await own_operator.start()
    await intervals(own_scene, 1)
    entries = [entry for entry in await own_scene.plane.audit.since(mark) if entry.verb not in {"watch", "get", "list"}]
    assert [entry for entry in entries if entry.name in {name, "one", "two"}] == []
