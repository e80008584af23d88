"""When VidraResources want a field of a shared object differently, their policies and priorities decide, once."""

import asyncio
from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.objects import config_map, secret
from vidra.manifests.write import write

FORCE: dict[str, Any] = {"conflictPolicy": "Force"}


async def shared(scene: Scene, kind: str = "ConfigMap") -> Json:
    found = await scene.get(await scene.kind("v1", kind), "shared", namespace=scene.namespace)
    assert found is not None
    return found


async def wanting(scene: Scene, colour: str, *others: Json, name: str = "", **spec: Any) -> str:
    return await scene.resource(write([config_map("shared", colour=colour), *others]), name=name, **spec)


async def taken(scene: Scene, **loser: Any) -> tuple[str, str]:
    """A loser that wants red, and a winner that took the field and made it blue."""
    low = await wanting(scene, "red", config_map("own"), **loser)
    await scene.until_resource(low)
    high = await wanting(scene, "blue", **FORCE, priority=10)
    await scene.until_resource(high)
    assert (await shared(scene))["data"] == {"colour": "blue"}
    return low, high


async def test_force_with_a_higher_priority_takes_the_field_and_the_loser_names_it_and_the_winner(scene: Scene) -> None:
    low, high = await taken(scene)
    loser = await scene.request(low, "now")
    assert condition(loser)["reason"] == "Conflict"
    assert [word for word in (high, ".data.colour", "priority > 10") if word not in condition(loser)["message"]] == []
    assert loser["status"]["progress"] == "1/2"
    assert {entry["name"] for entry in loser["status"]["managedResources"]} == {"shared", "own"}


async def test_a_loser_that_reacts_on_events_says_so_by_itself(scene: Scene) -> None:
    low, _ = await taken(scene, destination={"reconcileOnEvents": True})
    await scene.until_resource(low, has_reason("Conflict"))


async def test_nobody_fights(scene: Scene) -> None:
    low, high = await taken(scene, destination={"reconcileOnEvents": True}, **FORCE)
    await scene.until_resource(low, has_reason("Conflict"))
    before = await shared(scene)
    for value in ("one", "two"):
        await asyncio.gather(scene.request(low, value), scene.request(high, value))
    assert await shared(scene) == before


@pytest.mark.faces(2)
@pytest.mark.parametrize(
    "spec",
    [
        {"priority": 10},
        {"conflictPolicy": "Fail", "priority": 10},
        {"conflictPolicy": "Force"},
        {"conflictPolicy": "Force", "priority": 5},
        {"conflictPolicy": "Force", "priority": 4},
    ],
    ids=str,
)
async def test_who_has_the_field_keeps_it_unless_forced_with_a_higher_priority(scene: Scene, spec: Json) -> None:
    first = await wanting(scene, "red", priority=5)
    await scene.until_resource(first)
    before = await shared(scene)
    second = await wanting(scene, "blue", **spec)
    resource = await scene.until_resource(second, has_reason("Conflict"))
    assert first in condition(resource)["message"]
    assert await shared(scene) == before


async def test_all_that_hold_a_field_must_be_beaten(scene: Scene) -> None:
    names = [await wanting(scene, "red", priority=priority) for priority in (1, 20)]
    for name in names:
        await scene.until_resource(name)
    third = await wanting(scene, "blue", **FORCE, priority=10)
    resource = await scene.until_resource(third, has_reason("Conflict"))
    assert [name for name in names if name not in condition(resource)["message"]] == []
    await wanting(scene, "blue", name=third, **FORCE, priority=21)
    await scene.until_resource(third)
    assert (await shared(scene))["data"] == {"colour": "blue"}
    for name in names:
        assert condition(await scene.request(name, "now"))["reason"] == "Conflict"


async def test_a_loser_whose_priority_is_raised_takes_the_field_back(scene: Scene) -> None:
    low, high = await taken(scene)
    await wanting(scene, "red", config_map("own"), name=low, **FORCE, priority=11)
    await scene.until_resource(low)
    assert (await shared(scene))["data"] == {"colour": "red"}
    assert condition(await scene.request(high, "now"))["reason"] == "Conflict"


@pytest.mark.usefixtures("only_events")
async def test_the_loser_is_ready_again_by_itself_when_the_winner_goes(scene: Scene) -> None:
    low, high = await taken(scene)
    uid = (await shared(scene))["metadata"]["uid"]
    await scene.request(low, "now")
    await scene.delete(RESOURCES, high)
    await scene.until_resource(low)
    after = await shared(scene)
    assert (after["data"], after["metadata"]["uid"]) == ({"colour": "red"}, uid)


@pytest.mark.parametrize(
    "rest", [[config_map("other")], [config_map("shared", size="1")]], ids=["the object", "the field"]
)
@pytest.mark.usefixtures("only_events")
async def test_the_loser_is_ready_again_by_itself_when_the_winner_gives_up(scene: Scene, rest: list[Json]) -> None:
    low, high = await taken(scene)
    await scene.request(low, "now")
    await scene.resource(write(rest), name=high, **FORCE, priority=10)
    await scene.until_resource(high)
    await scene.until_resource(low)
    assert (await shared(scene))["data"]["colour"] == "red"


async def test_a_winner_puts_back_what_a_person_changed(scene: Scene) -> None:
    _, high = await taken(scene)
    await scene.patch(
        await scene.kind("v1", "ConfigMap"), "shared", {"data": {"colour": "pink"}}, namespace=scene.namespace
    )
    await scene.request(high, "now")
    assert (await shared(scene))["data"] == {"colour": "blue"}


async def test_a_persons_value_gives_way_together_with_a_lower_owners(scene: Scene) -> None:
    first = await scene.resource(write([config_map("shared", colour="red", size="1")]))
    await scene.until_resource(first)
    await scene.patch(await scene.kind("v1", "ConfigMap"), "shared", {"data": {"size": "2"}}, namespace=scene.namespace)
    second = await scene.resource(write([config_map("shared", colour="blue", size="3")]), **FORCE, priority=1)
    await scene.until_resource(second)
    assert (await shared(scene))["data"] == {"colour": "blue", "size": "3"}


@pytest.mark.parametrize("whose", ["another Vidra's", "nobody's"])
async def test_an_owner_that_is_not_known_is_never_beaten(scene: Scene, whose: str) -> None:
    probe = await scene.resource(write([config_map("probe")]))
    await scene.until_resource(probe)
    found = await scene.get(await scene.kind("v1", "ConfigMap"), "probe", namespace=scene.namespace)
    assert found is not None
    hub = found["metadata"]["managedFields"][0]["manager"].split(":")[1] if whose == "nobody's" else "elsewhere"
    before = await scene.apply(config_map("shared", scene.namespace, colour="red"), manager=f"vidra:{hub}:somebody")
    name = await wanting(scene, "blue", **FORCE, priority=1000)
    resource = await scene.until_resource(name, has_reason("Conflict"))
    message = condition(resource)["message"]
    assert [word for word in (f"vidra:{hub}:somebody", ".data.colour", "no priority") if word not in message] == []
    assert await shared(scene) == before


async def test_an_owner_with_a_long_name_is_known_by_it(scene: Scene) -> None:
    low = await wanting(scene, "red", name=f"{scene.namespace}-{'long' * 40}")
    await scene.until_resource(low)
    second = await wanting(scene, "blue")
    assert low in condition(await scene.until_resource(second, has_reason("Conflict")))["message"]
    third = await wanting(scene, "blue", **FORCE, priority=1)
    await scene.until_resource(third)


async def test_a_secret_changes_hands_without_a_word_about_its_values(scene: Scene) -> None:
    first = await scene.resource(write([secret("shared", password="hunter2-red")]))
    await scene.until_resource(first)
    second = await scene.resource(write([secret("shared", password="hunter2-blue")]), **FORCE, priority=1)
    await scene.until_resource(second)
    loser = await scene.request(first, "now")
    assert ".data.password" in condition(loser)["message"]
    assert "hunter2" not in str(loser["status"])


async def test_a_required_field_that_was_taken_goes_back_to_the_loser(scene: Scene) -> None:
    def deployment(image: str) -> Json:
        labels = {"app": "shared"}
        template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": image}]}}
        spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
        return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "shared"}, "spec": spec}

    low = await scene.resource(write([deployment("red")]))
    await scene.until_resource(low)
    high = await scene.resource(write([deployment("blue")]), **FORCE, priority=1)
    await scene.until_resource(high)
    assert condition(await scene.request(low, "now"))["reason"] == "Conflict"
    await scene.delete(RESOURCES, high)
    await scene.until_gone(RESOURCES, high)
    await scene.until_resource(low)
    found = await scene.get(await scene.kind("apps/v1", "Deployment"), "shared", namespace=scene.namespace)
    assert found is not None
    assert found["spec"]["template"]["spec"]["containers"][0]["image"] == "red"
    assert high not in str(found["metadata"])


async def test_a_sync_passes_its_policy_and_priority_on(scene: Scene) -> None:
    low = await wanting(scene, "red")
    await scene.until_resource(low)
    scene.infrahub.add_artifact("web", write([config_map("shared", colour="blue")]))
    sync = await scene.sync("web", **FORCE, priority=3)
    await scene.until_sync(sync)
    assert (await shared(scene))["data"] == {"colour": "blue"}
