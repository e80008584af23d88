"""A list that suddenly holds much less removes nothing until a person agrees."""

from typing import Any

import pytest

from testkit.environment import RESOURCES, SYNCS, Json, Scene, condition, has_reason
from testkit.infrahub import Answered
from testkit.object_recorder import Vigil
from testkit.objects import config_map
from testkit.trigger import ask
from vidra.kube.client import MERGE_PATCH
from vidra.manifests.write import write


async def test_too_many_at_once_are_held_until_somebody_approves_this_very_set(scene: Scene) -> None:
    name, ids = await _synced(scene, artifacts=3, objects=6)
    gone = ids[1:]
    async with Vigil(scene) as vigil:
        for artifact in gone:
            scene.infrahub.remove(artifact)
        sync = await ask(scene, name)
        assert condition(sync)["reason"] == "PruneHeld"
        message = condition(sync)["message"]
        assert "2 VidraResources with 12 of 18 objects" in message
        assert all(f"{name}-{artifact}" in message for artifact in gone)
        held = sync["status"]["heldPrune"]
        assert (held["objects"], held["of"]) == (12, 18)
        assert held["resources"] == sorted(f"{name}-{artifact}" for artifact in gone)
        assert f"approvePrune={held['id']} " in message
        await ask(scene, name)
        await _approve(scene, name, "another-set")
        assert condition(await ask(scene, name))["reason"] == "PruneHeld"
    assert vigil.ended == []

    asked = scene.infrahub.requests.count("/api/query/")
    await scene.plane.kubectl(*message.partition("kubectl ")[2].partition(" (")[0].split())
    for artifact in gone:
        await scene.until_gone(RESOURCES, f"{name}-{artifact}")
    sync = await scene.until_sync(name)
    assert sync["status"]["progress"] == "1/1"
    assert "heldPrune" not in sync["status"]
    assert scene.infrahub.requests.count("/api/query/") == asked, "the list was known"


async def test_what_is_held_stays_known_while_infrahub_gives_no_list_to_work_with(scene: Scene) -> None:
    name, ids = await _synced(scene, artifacts=3, objects=6)
    for artifact in ids[1:]:
        scene.infrahub.remove(artifact)
    held = (await ask(scene, name))["status"]["heldPrune"]
    scene.infrahub.remove(ids[0])
    empty = await ask(scene, name)
    assert (condition(empty)["reason"], empty["status"]["heldPrune"]) == ("EmptyResult", held)
    scene.infrahub.faults.add(Answered(500), "/api/query/*")
    away = await ask(scene, name)
    assert (condition(away)["reason"], away["status"]["heldPrune"]) == ("InfrahubError", held)


async def test_what_an_older_operator_held_comes_with_the_next_status(scene: Scene) -> None:
    name, ids = await _synced(scene, artifacts=3, objects=6)
    for artifact in ids[1:]:
        scene.infrahub.remove(artifact)
    before = await ask(scene, name)
    await _as_an_older_operator_says_it(scene, name)
    after = await ask(scene, name)
    assert after["status"]["heldPrune"] == before["status"]["heldPrune"]
    assert condition(after)["message"] == condition(before)["message"]


@pytest.mark.occasional
async def test_an_approval_counts_for_no_other_set(scene: Scene) -> None:
    name, ids = await _synced(scene, artifacts=5, objects=6)
    for artifact in ids[2:]:
        scene.infrahub.remove(artifact)
    first = _approval(await ask(scene, name))
    scene.infrahub.remove(ids[1])
    second = _approval(await ask(scene, name))
    assert second != first
    await _approve(scene, name, first)
    assert condition(await ask(scene, name))["reason"] == "PruneHeld"
    assert len(await scene.resources_of(name)) == 5


async def test_a_few_objects_are_never_held(scene: Scene) -> None:
    name, ids = await _synced(scene, artifacts=3, objects=5)
    for artifact in ids[1:]:
        scene.infrahub.remove(artifact)
    await ask(scene, name)
    for artifact in ids[1:]:
        await scene.until_gone(RESOURCES, f"{name}-{artifact}")


async def test_a_limit_of_100_never_holds(scene: Scene) -> None:
    name, ids = await _synced(scene, artifacts=3, objects=6, pruneLimit=100)
    for artifact in ids[1:]:
        scene.infrahub.remove(artifact)
    await ask(scene, name)
    for artifact in ids[1:]:
        await scene.until_gone(RESOURCES, f"{name}-{artifact}")


@pytest.mark.occasional
async def test_a_limit_that_is_raised_lets_go_what_was_held(scene: Scene) -> None:
    name, ids = await _synced(scene, artifacts=3, objects=6)
    for artifact in ids[1:]:
        scene.infrahub.remove(artifact)
    await ask(scene, name)
    await scene.until_sync(name, has_reason("PruneHeld"))
    await scene.patch(SYNCS, name, {"spec": {"pruneLimit": 100}})
    for artifact in ids[1:]:
        await scene.until_gone(RESOURCES, f"{name}-{artifact}")


async def test_what_is_handed_over_is_not_counted(scene: Scene) -> None:
    name, ids = await _synced(scene, artifacts=3, objects=6)
    async with Vigil(scene) as vigil:
        for number, artifact in enumerate(ids):
            scene.infrahub.remove(artifact)
            scene.infrahub.add_artifact("Colours", _text(number, 6))
        await ask(scene, name)
        for artifact in ids:
            await scene.until_gone(RESOURCES, f"{name}-{artifact}")
        await scene.until_sync(name)
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


async def test_an_empty_list_that_is_allowed_is_not_held(scene: Scene) -> None:
    name, ids = await _synced(scene, artifacts=3, objects=6, allowEmpty=True)
    for artifact in ids:
        scene.infrahub.remove(artifact)
    await ask(scene, name)
    for artifact in ids:
        await scene.until_gone(RESOURCES, f"{name}-{artifact}")


async def _synced(scene: Scene, *, artifacts: int, objects: int, **spec: Any) -> tuple[str, list[str]]:
    """A sync that is Ready, and the ids of its artifacts."""
    ids = [scene.infrahub.add_artifact("Colours", _text(number, objects)) for number in range(artifacts)]
    name = await scene.sync("Colours", interval="1h", **spec)
    await scene.until_sync(name)
    return name, ids


def _text(number: int, objects: int) -> str:
    return write([config_map(f"c-{number}-{each}", colour="red") for each in range(objects)])


async def _as_an_older_operator_says_it(scene: Scene, name: str) -> None:
    patch = b'{"status": {"heldPrune": null}}'
    path = SYNCS.path(name=name, subresource="status")
    await scene.client.send("PATCH", path, body=patch, content_type=MERGE_PATCH)


async def _approve(scene: Scene, name: str, value: str) -> None:
    annotations = {"vidra.infrahub.operators.com/approvePrune": value}
    await scene.patch(SYNCS, name, {"metadata": {"annotations": annotations}})


def _approval(sync: Json) -> str:
    return str(condition(sync)["message"]).partition("approvePrune=")[2].partition(" ")[0]
