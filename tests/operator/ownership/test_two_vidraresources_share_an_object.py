"""An object may have several owners, as long as they agree."""

import asyncio

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.objects import config_map, namespace, secret
from vidra.manifests.write import write


async def owners(scene: Scene, name: str) -> list[str]:
    """The VidraResources that an object's annotations name."""
    found = await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace)
    return sorted(_owners(found)) if found else []


def _owners(item: Json) -> list[str]:
    return [value for key, value in item["metadata"]["annotations"].items() if key.startswith("owner.vidra.")]


async def test_equal_wishes_are_shared_released_by_the_first_and_removed_by_the_last(scene: Scene) -> None:
    manifest = write([config_map("shared", colour="red")])
    first = await scene.resource(manifest)
    await scene.until_resource(first)
    second = await scene.resource(manifest)
    await scene.until_resource(second)
    assert await owners(scene, "shared") == sorted([first, second])
    await scene.delete(RESOURCES, first)
    await scene.until_gone(RESOURCES, first)
    assert await owners(scene, "shared") == [second]
    await scene.delete(RESOURCES, second)
    await scene.until_gone(RESOURCES, second)
    assert await owners(scene, "shared") == []


async def test_two_that_end_together_leave_nothing(scene: Scene) -> None:
    manifest = write([config_map(f"shared-{number}", colour="red") for number in range(5)])
    first = await scene.resource(manifest)
    await scene.until_resource(first)
    second = await scene.resource(manifest)
    await scene.until_resource(second)
    await asyncio.gather(scene.delete(RESOURCES, first), scene.delete(RESOURCES, second))
    await asyncio.gather(scene.until_gone(RESOURCES, first), scene.until_gone(RESOURCES, second))
    configs = await scene.kind("v1", "ConfigMap")
    listing: Json = await scene.client.get(configs.path(scene.namespace), Json)
    assert [item["metadata"]["name"] for item in listing["items"] if "shared" in item["metadata"]["name"]] == []


async def test_two_that_come_together_are_both_ready(scene: Scene) -> None:
    manifest = write([config_map(f"shared-{number}", colour="red") for number in range(5)])
    first, second = await asyncio.gather(scene.resource(manifest), scene.resource(manifest))
    await asyncio.gather(scene.until_resource(first), scene.until_resource(second))
    for number in range(5):
        assert await owners(scene, f"shared-{number}") == sorted([first, second])


async def test_different_wishes_are_a_conflict_that_names_the_other_owner_and_the_field(scene: Scene) -> None:
    first = await scene.resource(write([config_map("shared", colour="red")]))
    await scene.until_resource(first)
    second = await scene.resource(write([config_map("shared", colour="blue"), config_map("own")]))
    resource = await scene.until_resource(second, has_reason("Conflict"))
    assert first in condition(resource)["message"]
    assert ".data.colour" in condition(resource)["message"]
    assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["own"]
    assert await owners(scene, "shared") == [first]
    await scene.until_resource(first)


async def test_different_wishes_at_once_leave_one_ready_and_one_in_conflict(scene: Scene) -> None:
    names = await asyncio.gather(
        *(scene.resource(write([config_map("shared", colour=colour)])) for colour in ("red", "blue"))
    )

    def ended(item: Json) -> bool:
        return condition(item).get("reason") in {"Applied", "Conflict"}

    found = await asyncio.gather(*(scene.until_resource(name, ended) for name in names))
    assert sorted(condition(item)["reason"] for item in found) == ["Applied", "Conflict"]


async def test_a_conflict_over_a_secret_names_the_other_owner_but_no_value(scene: Scene) -> None:
    first = await scene.resource(write([secret("shared", password="hunter2-red")]))
    await scene.until_resource(first)
    second = await scene.resource(write([secret("shared", password="hunter2-blue")]))
    resource = await scene.until_resource(second, has_reason("Conflict"))
    assert first in condition(resource)["message"]
    assert "hunter2" not in str(resource["status"])


async def test_a_conflict_ends_when_the_other_owner_goes(scene: Scene) -> None:
    first = await scene.resource(write([config_map("shared", colour="red")]))
    await scene.until_resource(first)
    second = await scene.resource(write([config_map("shared", colour="blue")]), interval="1s")
    await scene.until_resource(second, has_reason("Conflict"))
    await scene.delete(RESOURCES, first)
    await scene.until_resource(second)
    assert await owners(scene, "shared") == [second]


async def test_a_namespace_that_two_create_goes_with_the_last(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    first = await scene.resource(write([namespace(place)]))
    await scene.until_resource(first)
    second = await scene.resource(write([namespace(place)]))
    await scene.until_resource(second)
    spaces = await scene.kind("v1", "Namespace")
    await scene.delete(RESOURCES, first)
    await scene.until_gone(RESOURCES, first)
    still = await scene.get(spaces, place)
    assert still is not None
    assert "deletionTimestamp" not in still["metadata"]
    await scene.delete(RESOURCES, second)
    await scene.until(spaces, place, lambda item: "deletionTimestamp" in item["metadata"])
