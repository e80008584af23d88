"""A sync that is renamed or split hands its objects over to those that come in its place."""

import asyncio

import pytest

from testkit.environment import RESOURCES, SYNCS, Json, Scene, condition, has_reason
from testkit.object_recorder import Vigil
from testkit.objects import config_map
from vidra.manifests.write import write

ONE = write([config_map("one", colour="red"), config_map("two", colour="red")])
TWO = write([config_map("three", colour="red")])
BROKEN = write([config_map("one", colour="red")]) + "---\nkind: [\n"


async def test_a_sync_that_is_renamed_keeps_its_objects(scene: Scene) -> None:
    for text in (ONE, TWO):
        scene.infrahub.add_artifact("Colours", text)
    old = await scene.sync("Colours", interval="1h")
    await scene.until_sync(old)
    async with Vigil(scene) as vigil:
        new = await scene.sync("Colours", interval="1h")
        await scene.delete(SYNCS, old)
        await asyncio.gather(scene.until_gone(SYNCS, old), scene.until_sync(new))
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids
    assert len(vigil.uids) == 3


@pytest.mark.occasional
async def test_a_sync_that_is_deleted_while_its_successor_cannot_reach_infrahub_waits_for_it(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", ONE)
    old = await scene.sync("Colours", interval="1h")
    await scene.until_sync(old)
    async with Vigil(scene) as vigil:
        await scene.infrahub.stop()
        new = await scene.sync("Colours", interval="1s")
        await scene.delete(SYNCS, old)
        sync = await scene.until_sync(old, has_reason("Deleting"))
        assert condition(sync)["message"] == f"waiting until {new} has taken over"
        await scene.until_sync(new, has_reason("InfrahubUnreachable"))
        assert await scene.get(SYNCS, old) is not None
        await scene.infrahub.start()
        await asyncio.gather(scene.until_gone(SYNCS, old), scene.until_sync(new))
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


async def test_a_successor_that_comes_after_the_deletion_began_is_waited_for_too(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", ONE)
    old = await scene.sync("Colours", interval="1h")
    await scene.until_sync(old)
    async with Vigil(scene) as vigil:
        await scene.infrahub.stop()
        first = await scene.sync("Colours", interval="1s")
        await scene.delete(SYNCS, old)
        await scene.until_sync(old, has_reason("Deleting"))
        second = await scene.sync("Colours", interval="1s")
        await scene.delete(SYNCS, first)
        wait = f"waiting until {second} has taken over"
        await scene.until_sync(old, lambda item: bool(condition(item)["message"] == wait))
        await scene.infrahub.start()
        await asyncio.gather(scene.until_gone(SYNCS, old), scene.until_gone(SYNCS, first), scene.until_sync(second))
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


async def test_a_sync_that_is_split_in_two_by_artifact_names_keeps_its_objects(scene: Scene) -> None:
    scene.infrahub.add_artifact("Both", ONE + "---\n" + TWO)
    scene.infrahub.add_artifact("One", ONE)
    scene.infrahub.add_artifact("Two", TWO)
    old = await scene.sync("Both", interval="1h")
    await scene.until_sync(old)
    async with Vigil(scene) as vigil:
        halves = [await scene.sync(name, interval="1h") for name in ("One", "Two")]
        await scene.delete(SYNCS, old)
        await asyncio.gather(scene.until_gone(SYNCS, old), *(scene.until_sync(half) for half in halves))
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids
    assert len(vigil.uids) == 3


async def test_two_syncs_that_become_one_keep_their_objects(scene: Scene) -> None:
    scene.infrahub.add_artifact("Both", ONE + "---\n" + TWO)
    scene.infrahub.add_artifact("One", ONE)
    scene.infrahub.add_artifact("Two", TWO)
    halves = [await scene.sync(name, interval="1h") for name in ("One", "Two")]
    for half in halves:
        await scene.until_sync(half)
    async with Vigil(scene) as vigil:
        new = await scene.sync("Both", interval="1h")
        for half in halves:
            await scene.delete(SYNCS, half)
        await asyncio.gather(scene.until_sync(new), *(scene.until_gone(SYNCS, half) for half in halves))
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids


async def test_a_sync_that_is_renamed_and_reads_another_branch_changes_its_objects_in_place(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Colours", ONE)
    scene.infrahub.create_branch("next")
    scene.infrahub.change(artifact, ONE.replace("red", "blue"), branch="next")
    old = await scene.sync("Colours", interval="1h")
    await scene.until_sync(old)
    async with Vigil(scene) as vigil:
        new = await scene.sync("Colours", interval="1h", source={"targetBranch": "next"})
        await scene.until_sync(new, lambda item: "(Conflict)" in condition(item).get("message", ""))
        await scene.delete(SYNCS, old)
        await asyncio.gather(scene.until_gone(SYNCS, old), scene.until_sync(new))
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids
    one = await scene.get(await scene.kind("v1", "ConfigMap"), "one", namespace=scene.namespace)
    assert one is not None
    assert one["data"] == {"colour": "blue"}


async def test_a_deletion_waits_no_longer_than_its_timeout(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", ONE)
    old = await scene.sync("Colours", interval="1h", deletionTimeout="1h")
    await scene.until_sync(old)
    await scene.infrahub.stop()
    await scene.sync("Colours", interval="1s")
    await scene.delete(SYNCS, old)
    await scene.until_sync(old, has_reason("Deleting"))
    await scene.patch(SYNCS, old, {"spec": {"deletionTimeout": "1s"}})
    await scene.until_gone(SYNCS, old)
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "one", namespace=scene.namespace) is None


async def test_a_sync_in_trouble_over_other_objects_is_not_waited_for(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", ONE)
    scene.infrahub.add_artifact("Paints", TWO.replace("three", "Not a name"))
    other = await scene.sync("Paints", interval="1h")
    await scene.until_sync(other, has_reason("ResourcesNotReady"))
    old = await scene.sync("Colours", interval="1h")
    await scene.until_sync(old)
    await scene.delete(SYNCS, old)
    await scene.until_gone(SYNCS, old)


async def test_a_suspended_sync_is_not_waited_for(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", ONE)
    old = await scene.sync("Colours", interval="1h")
    await scene.until_sync(old)
    await scene.sync("Colours", interval="1h", suspend=True)
    await scene.delete(SYNCS, old)
    await scene.until_gone(SYNCS, old)


async def test_a_sync_passes_its_policies_on(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Colours", ONE)
    policies: Json = {
        "conflictPolicy": "Force",
        "priority": 7,
        "adoption": "IfUnowned",
        "deletionPolicy": "WaitForTermination",
        "deletionTimeout": "90s",
        "pruneLimit": 20,
    }
    name = await scene.sync("Colours", interval="1h", **policies)
    await scene.until_sync(name)
    resource = await scene.get(RESOURCES, f"{name}-{artifact}")
    assert resource is not None
    assert {key: resource["spec"].get(key) for key in policies} == policies
    await scene.sync("Colours", name=name, interval="1h", **{**policies, "priority": 8})
    await scene.until_resource(f"{name}-{artifact}", lambda item: bool(item["spec"]["priority"] == 8))


async def test_a_sync_that_orphans_leaves_the_objects_although_infrahub_is_away(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", ONE)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    async with Vigil(scene) as vigil:
        await scene.infrahub.stop()
        await scene.patch(SYNCS, name, {"spec": {"deletionPolicy": "Orphan"}})
        await scene.delete(SYNCS, name)
        await scene.until_gone(SYNCS, name)
        assert await scene.resources_of(name) == []
    assert vigil.ended == []
    assert await vigil.now() == vigil.uids
    await _is_nobodys(scene)


async def _is_nobodys(scene: Scene) -> None:
    """The objects are nobody's: no owner is named on them."""
    one = await scene.get(await scene.kind("v1", "ConfigMap"), "one", namespace=scene.namespace)
    assert one is not None
    assert [key for key in one["metadata"].get("annotations", {}) if key.startswith("owner.vidra.")] == []
