"""Who lets go of an object leaves neither an entry nor an annotation on it, whatever version its entry is of."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from testkit.environment import RESOURCES, Json, Scene
from testkit.objects import config_map
from testkit.two_versions import BOTH, NEW, OLD, TwoVersions
from vidra.api.names import MANAGED_LABEL, OWNER_PREFIX
from vidra.manifests.write import write

REST = config_map("rest", a="b")
WAYS = ("pruned", "deleted", "orphaned")
"""How an owner goes; each way has an object of this name."""


class Shared(TwoVersions):
    """A kind in two versions, and those who have objects of it.

    For each way to go there is one VidraResource with one object; another one has all of these objects, and stays.
    """

    def __init__(self, scene: Scene) -> None:
        super().__init__(scene)
        self.leavers: dict[str, str] = {}
        self.stays = ""

    async def owned(self, leavers: str, stays: str) -> None:
        """All have their objects, in these versions."""
        for way in WAYS:
            text = write([self.body(way, leavers, extra="its own"), REST])
            policy = "Orphan" if way == "orphaned" else "Delete"
            # Nothing is put back meanwhile: what is lost is lost when they go.
            quiet = {"reconcileOnEvents": False, "namespace": self.scene.namespace}
            name = await self.scene.resource(text, destination=quiet, deletionPolicy=policy)
            await self.scene.until_resource(name)
            self.leavers[way] = name
        await self.stay(stays)

    async def stay(self, version: str) -> None:
        """The one that stays has all objects in this version."""
        text = write([self.body(way, version) for way in WAYS])
        self.stays = await self.scene.resource(text, name=self.stays)
        await self.scene.until_resource(self.stays)

    async def go(self) -> None:
        """All others go, each in its way."""
        pruned, deleted, orphaned = (self.leavers[way] for way in WAYS)
        quiet = {"reconcileOnEvents": False, "namespace": self.scene.namespace}
        await self.scene.resource(write([REST]), name=pruned, destination=quiet, deletionPolicy="Delete")
        await asyncio.gather(*(self.scene.delete(RESOURCES, name) for name in (deleted, orphaned)))
        await asyncio.gather(
            self.scene.until_resource(pruned),
            *(self.scene.until_gone(RESOURCES, name) for name in (deleted, orphaned)),
        )

    async def all(self) -> dict[str, Json]:
        found = {way: await self.one(way) for way in WAYS}
        return {way: item for way, item in found.items() if item}

    async def labelled(self) -> None:
        """Somebody labels all of them: an ordinary write."""
        for way in WAYS:
            await self.write(way, {"labels": {"some": "label"}})


def owners(item: Json) -> set[str]:
    """The VidraResources that its annotations name."""
    annotations: dict[str, str] = item["metadata"].get("annotations") or {}
    return {value for key, value in annotations.items() if key.startswith(OWNER_PREFIX)}


def holders(item: Json) -> set[str]:
    """The VidraResources that its managedFields name."""
    names = {entry["manager"] for entry in item["metadata"].get("managedFields") or ()}
    return {name.split(":")[2] for name in names if name.startswith("vidra:")}


async def all_old(shared: Shared) -> None:
    await shared.owned(OLD, OLD)
    await shared.serve(NEW)


async def all_old_and_the_version_is_no_more(shared: Shared) -> None:
    await shared.owned(OLD, OLD)
    await shared.serve(NEW, defined=(NEW,))


async def unserved_for_a_while(shared: Shared) -> None:
    await shared.owned(OLD, OLD)
    await shared.serve(NEW)
    await shared.serve(*BOTH)


async def its_own_is_old(shared: Shared) -> None:
    await shared.owned(OLD, NEW)


async def the_others_is_old(shared: Shared) -> None:
    await shared.owned(NEW, OLD)
    await shared.serve(NEW)


async def the_other_moves_on(shared: Shared) -> None:
    await shared.owned(OLD, OLD)
    await shared.stay(NEW)


Situation = Callable[[Shared], Awaitable[None]]
SITUATIONS: list[Situation] = [
    *(all_old, all_old_and_the_version_is_no_more, unserved_for_a_while),
    *(its_own_is_old, the_others_is_old, the_other_moves_on),
]


@pytest.mark.faces(2)
@pytest.mark.parametrize("situation", SITUATIONS)
async def test_only_the_one_that_stays_is_left(scene: Scene, situation: Situation) -> None:
    shared = Shared(scene)
    await shared.serve(*BOTH)
    await situation(shared)
    before = await shared.all()
    assert {way: holders(item) for way, item in before.items()} == {
        way: {shared.leavers[way], shared.stays} for way in WAYS
    }
    await shared.go()
    after = await shared.all()
    for way in WAYS:
        found = after[way]
        assert found["metadata"]["uid"] == before[way]["metadata"]["uid"]
        assert (owners(found), holders(found)) == ({shared.stays}, {shared.stays})
        assert MANAGED_LABEL in found["metadata"]["labels"]
        assert ("extra" in found["spec"]) == (way == "orphaned"), "an orphan keeps every field"


@pytest.mark.occasional
async def test_a_write_of_somebody_that_costs_all_entries_leaves_no_mark_either(scene: Scene) -> None:
    shared = Shared(scene)
    await shared.serve(*BOTH)
    await all_old(shared)
    await shared.labelled()
    await shared.stay(NEW)
    await shared.go()
    for found in (await shared.all()).values():
        assert (owners(found), holders(found)) == ({shared.stays}, {shared.stays})
    await scene.delete(RESOURCES, shared.stays)
    await scene.until_gone(RESOURCES, shared.stays)
    assert await shared.all() == {}
