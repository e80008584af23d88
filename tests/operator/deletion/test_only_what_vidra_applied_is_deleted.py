"""Nobody has an object deleted by what they write about it: not in a status, not under the name of another owner."""

import asyncio

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.objects import config_map
from testkit.somebody import somebody
from vidra.api.names import GROUP
from vidra.kube.client import MERGE_PATCH, encode
from vidra.manifests.write import write

STATUS = ({"apiGroups": [GROUP], "resources": ["vidraresources/status"], "verbs": ["patch"]},)
MINE = config_map("mine", a="b")


async def found(scene: Scene, name: str) -> Json | None:
    return await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace)


async def listed(scene: Scene, name: str, *entries: Json) -> None:
    """Somebody writes an inventory, with the right to statuses and no other."""
    async with somebody(scene, everywhere=STATUS) as person:
        body = encode({"status": {"managedResources": list(entries)}})
        await person.client.send("PATCH", f"{RESOURCES.path('', name)}/status", body=body, content_type=MERGE_PATCH)


@pytest.mark.faces(2)
@pytest.mark.parametrize("whose", ["a stranger's", "another VidraResource's"])
@pytest.mark.parametrize("how", ["pruned", "deleted"])
async def test_an_object_that_somebody_lists_stays(scene: Scene, whose: str, how: str) -> None:
    name, other = await scene.resource(write([MINE])), ""
    mine = (await scene.until_resource(name))["status"]["managedResources"][0]
    if whose == "a stranger's":
        prize = await scene.apply(config_map("prize", scene.namespace, a="b"))
    else:
        other = await scene.resource(write([config_map("prize", a="b")]))
        await scene.until_resource(other)
        prize = await found(scene, "prize") or {}
        await listed(scene, other)  # and of what its owner has, nothing is known any more
    await listed(scene, name, mine, {**mine, "name": "prize", "uid": prize["metadata"]["uid"]})
    if how == "pruned":
        await scene.request(name, "now")
        await scene.until_resource(name, lambda item: len(item["status"]["managedResources"]) == 1)
    else:
        await scene.delete(RESOURCES, name)
        await scene.until_gone(RESOURCES, name)
    assert (await found(scene, "prize") or {})["metadata"]["uid"] == prize["metadata"]["uid"]
    assert bool(await found(scene, "mine")) is (how == "pruned")
    if how == "pruned":
        assert "somebody else wrote the status" in (await scene.until_event(name, "StatusNotOurs"))["message"]


async def test_a_vidraresource_named_like_a_long_ones_field_manager_is_another_owner(scene: Scene) -> None:
    long = f"{scene.namespace}-{'v' * 240}"[:240]
    await scene.resource(write([config_map("prize", a="b", c="d")]), name=long)
    await scene.until_resource(long)
    managers = [one["manager"] for one in (await found(scene, "prize") or {})["metadata"]["managedFields"]]
    thief = await scene.resource(write([config_map("prize", a="x")]), name=managers[0].rpartition(":")[2])
    await scene.until_resource(thief, has_reason("Conflict"))
    await scene.delete(RESOURCES, thief)
    await scene.until_gone(RESOURCES, thief)
    assert (await found(scene, "prize") or {})["data"] == {"a": "b", "c": "d"}


async def both_drop(scene: Scene, items: list[Json], reasons: tuple[str, ...]) -> list[str]:
    """Two VidraResources have the same objects and drop them at once; gives what becomes of each."""
    keys = ("one", "two")
    names = {key: await scene.resource(write([*items, config_map(key, a="b")])) for key in keys}
    for name in names.values():
        await scene.until_resource(name)
    await asyncio.gather(*(scene.resource(write([config_map(key, a="b")]), name=name) for key, name in names.items()))
    ends = [
        await scene.until_resource(name, lambda item: any(has_reason(reason)(item) for reason in reasons))
        for name in names.values()
    ]
    return sorted(condition(item)["reason"] for item in ends)


async def test_two_owners_that_drop_the_same_objects_at_once_are_held(scene: Scene) -> None:
    many = [config_map(f"many-{number:02}", a="b") for number in range(30)]
    assert await both_drop(scene, many, ("Applied", "PruneHeld")) == ["Applied", "PruneHeld"]
    assert all([await found(scene, item["metadata"]["name"]) for item in many])


async def test_the_last_of_few_is_deleted_although_both_owners_drop_it_at_once(scene: Scene) -> None:
    few = [config_map(f"few-{number}", a="b") for number in range(5)]
    assert await both_drop(scene, few, ("Applied",)) == ["Applied", "Applied"]
    assert not any([await found(scene, item["metadata"]["name"]) for item in few])
