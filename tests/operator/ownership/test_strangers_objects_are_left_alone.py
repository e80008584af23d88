"""What was there before Vidra is nobody's to take over."""

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.objects import config_map, namespace, secret
from testkit.sealed_status import write_as_vidra
from vidra.manifests.write import write


async def configured(scene: Scene, name: str) -> Json:
    found = await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace)
    assert found is not None
    return found


async def test_an_object_that_exists_and_differs_is_not_touched(scene: Scene) -> None:
    before = await scene.apply(config_map("theirs", scene.namespace, colour="red"))
    name = await scene.resource(write([config_map("theirs", colour="blue"), config_map("ours")]))
    resource = await scene.until_resource(name, has_reason("NotOwned"))
    assert "ConfigMap" in condition(resource)["message"]
    assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["ours"]
    assert await configured(scene, "theirs") == before
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert await configured(scene, "theirs") == before


async def test_an_object_that_exists_and_is_equal_ends_without_a_trace_of_vidra(scene: Scene) -> None:
    before = await scene.apply(config_map("theirs", scene.namespace, colour="red"))
    name = await scene.resource(write([config_map("theirs", colour="red")]), interval="1s")
    resource = await scene.until_resource(name, has_reason("NotOwned"))
    assert "managedResources" not in resource["status"]
    after = await configured(scene, "theirs")
    assert "labels" not in after["metadata"]
    assert "annotations" not in after["metadata"]
    assert after["metadata"]["managedFields"] == before["metadata"]["managedFields"]
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert (await configured(scene, "theirs"))["metadata"]["uid"] == before["metadata"]["uid"]


@pytest.mark.parametrize("many", [1, 5])
async def test_what_a_stranger_did_not_set_itself_is_not_touched_either(scene: Scene, many: int) -> None:
    bodies = [secret(f"theirs-{number}", password="hunter2") for number in range(many)]
    for body in bodies:  # the API server turns stringData into data, which then nobody holds
        await scene.apply({**body, "metadata": {**body["metadata"], "namespace": scene.namespace}})
    secrets = await scene.kind("v1", "Secret")
    before = [await scene.get(secrets, body["metadata"]["name"], namespace=scene.namespace) for body in bodies]
    name = await scene.resource(write([secret(f"theirs-{number}", password="mine") for number in range(many)]))
    await scene.until_resource(name, has_reason("NotOwned"))
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    after = [await scene.get(secrets, body["metadata"]["name"], namespace=scene.namespace) for body in bodies]
    assert after == before


async def test_a_strangers_equal_object_is_written_at_no_pass(scene: Scene) -> None:
    await scene.apply(config_map("theirs", scene.namespace, colour="red"))
    mark = scene.plane.audit.mark()
    name = await scene.resource(write([config_map("theirs", colour="red")]), interval="1s")
    await scene.until_resource(name, has_reason("NotOwned"))
    for value in ("one", "two", "three"):
        await scene.request(name, value)
    written = [
        entry
        for entry in await scene.plane.audit.since(mark)
        if entry.namespace == scene.namespace and entry.resource == "configmaps" and entry.verb not in {"get", "watch"}
    ]
    # An apply that creates or is refused; the server lets none of them through.
    assert {entry.code for entry in written} == {409}


async def test_a_strangers_object_is_applied_once_it_is_out_of_the_way(scene: Scene) -> None:
    await scene.apply(config_map("theirs", scene.namespace, colour="red"))
    name = await scene.resource(write([config_map("theirs", colour="blue")]), interval="1s")
    await scene.until_resource(name, has_reason("NotOwned"))
    await scene.delete(await scene.kind("v1", "ConfigMap"), "theirs", namespace=scene.namespace)
    await scene.until_resource(name)
    assert (await configured(scene, "theirs"))["data"] == {"colour": "blue"}


async def test_a_namespace_that_exists_is_joined_and_never_deleted(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    before = await scene.apply(namespace(place))
    body = namespace(place)
    body["metadata"]["annotations"] = {"team": "network"}
    name = await scene.resource(write([body]))
    resource = await scene.until_resource(name)
    assert resource["status"]["managedResources"][0]["joined"] is True
    spaces = await scene.kind("v1", "Namespace")
    joined = await scene.get(spaces, place)
    assert joined is not None
    assert joined["metadata"]["annotations"]["team"] == "network"
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    after = await scene.get(spaces, place)
    assert after is not None
    assert "deletionTimestamp" not in after["metadata"]
    assert "annotations" not in after["metadata"]
    assert after["metadata"]["labels"] == before["metadata"]["labels"]


async def test_a_namespace_that_two_joined_outlives_both(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    spaces = await scene.kind("v1", "Namespace")
    before = await scene.apply(namespace(place))
    names = [await scene.resource(write([namespace(place)])) for _ in range(2)]
    for name in names:
        await scene.until_resource(name)
    for name in names:
        await scene.delete(RESOURCES, name)
        await scene.until_gone(RESOURCES, name)
    after = await scene.get(spaces, place)
    assert after is not None
    assert "deletionTimestamp" not in after["metadata"]
    assert after["metadata"]["labels"] == before["metadata"]["labels"]


async def test_a_joined_namespace_is_known_as_such_even_when_the_process_died_before_it_wrote_that_down(
    scene: Scene,
) -> None:
    place = f"{scene.namespace}-place"
    await scene.apply(namespace(place))
    name = await scene.resource(write([namespace(place)]))
    await scene.until_resource(name)
    written_ahead = [{"apiVersion": "v1", "kind": "Namespace", "name": place}]
    await write_as_vidra(scene, name, managedResources=written_ahead)
    resource = await scene.request(name, "now")
    assert resource["status"]["managedResources"][0]["joined"] is True
    assert resource["status"]["managedResources"][0]["uid"]
