"""An operator that dies after any write of a first reconcile leaves nothing behind, whatever happens before the next.

Many syncs die at once, each after another write of its own. To have no write of one sync come through is for that sync
what a dead operator is.
"""

import asyncio
from collections.abc import AsyncIterator

import pytest

from testkit.environment import OWN, RESOURCES, SECRETS, SYNCS, Json, Scene, condition, has_reason
from testkit.eventually import eventually
from testkit.gate import Gate
from testkit.lives import Lives
from testkit.objects import config_map
from testkit.operating import Operating
from vidra.api.names import INVENTORY_LABEL, MANAGED_LABEL, MANAGED_VALUE, SYNC_LABEL
from vidra.apply.field_owner import hashed
from vidra.apply.guards.prune_limit import ALWAYS_ALLOWED
from vidra.controllers.sync.artifacts import announce
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
WRITES = 7
"""Of a new sync with two objects: finalizer, text, VidraResource, two applies, two statuses."""
AROUND_PIECES = (3, 4, 6, 7, 8, 20, 31, 32, 34, 35)
"""Writes of a new sync with 24 objects whose inventory has pieces: before, between and after those, twice."""
MANY = 2 * ALWAYS_ALLOWED
"""More objects than may be pruned whatever the limit."""


class Story:
    """Syncs of which each has two objects, and an operator that died after some write of theirs."""

    def __init__(self, scene: Scene, lives: Lives) -> None:
        self.scene, self.lives = scene, lives
        self.artifacts: dict[str, str] = {}

    def text(self, name: str, *colours: tuple[str, str]) -> str:
        return write([config_map(f"{name}-{which}", colour=colour) for which, colour in colours])

    async def begin(self, face: str, writes: int, *objects: str, limit: int = 100) -> str:
        name = f"{self.scene.namespace}-{face}-{writes:02}"
        self.lives.give(name, writes)
        text = self.text(name, *((which, "red") for which in objects or ("a", "b")))
        self.artifacts[name] = self.scene.infrahub.add_artifact(name, text)
        await self.scene.sync(name, name=name, interval="1h", pruneLimit=limit)
        return name

    async def until_dead(self) -> None:
        """Each has done its last write; or everything, if that was less."""

        async def one(name: str) -> None:
            ready = asyncio.create_task(self.scene.until_sync(name))
            dead = asyncio.create_task(self.lives.dead[name].wait())
            await asyncio.wait({ready, dead}, return_when=asyncio.FIRST_COMPLETED)
            ready.cancel()
            dead.cancel()

        await asyncio.gather(*map(one, self.artifacts))

    def change(self, name: str) -> None:
        self.scene.infrahub.change(self.artifacts[name], self.text(name, ("a", "blue"), ("c", "blue")))

    async def objects(self, name: str) -> dict[str, tuple[str, str]]:
        """Colour and UID of what Vidra made for a sync."""
        query = {"labelSelector": f"{MANAGED_LABEL}={MANAGED_VALUE}"}
        listing: Json = await self.scene.client.get(CONFIG_MAPS.path(self.scene.namespace), Json, query=query)
        return {
            item["metadata"]["name"].removeprefix(f"{name}-"): (item["data"]["colour"], item["metadata"]["uid"])
            for item in listing["items"]
            if item["metadata"]["name"].startswith(f"{name}-")
        }

    async def colours(self, name: str) -> dict[str, str]:
        return {which: colour for which, (colour, _) in (await self.objects(name)).items()}

    async def texts(self, name: str) -> list[str]:
        query = {"labelSelector": f"{SYNC_LABEL}={hashed(name)}"}
        listing: Json = await self.scene.client.get(SECRETS.path(OWN), Json, query=query)
        return [item["metadata"]["name"] for item in listing["items"]]

    async def lose_texts(self, name: str) -> None:
        for secret in await self.texts(name):
            await self.scene.client.send("DELETE", SECRETS.path(OWN, secret))

    async def nothing_is_left(self, name: str) -> None:
        await self.scene.until_gone(SYNCS, name)
        assert await self.objects(name) == {}, name
        assert await self.texts(name) == [], name
        assert await self.scene.resources_of(name) == [], name


@pytest.fixture
async def gate(own_scene: Scene, own_operator: Operating) -> AsyncIterator[Gate]:
    """A gate in front of the control plane, behind which the test has an operator of its own."""
    await own_operator.stop()
    async with Gate(own_scene.plane) as gate:
        yield gate
    if not own_operator.running:
        await own_operator.start()


class Face:
    """What happens to a sync between two lives of the operator, and what has to come of it."""

    def __init__(self, story: Story) -> None:
        self.story, self.scene = story, story.scene
        self.names: list[str] = []

    async def begin(self) -> None:
        face = type(self).__name__.lower()
        self.names = [await self.story.begin(face, writes) for writes in range(1, WRITES + 1)]

    async def meanwhile(self, name: str) -> None:
        """Nothing happens."""

    async def check(self, name: str) -> None:
        await _is_exact(self.scene, name, "a", "b")
        assert await self.story.colours(name) == {"a": "red", "b": "red"}

    async def end(self, name: str) -> None:
        await self.scene.delete(SYNCS, name)
        await self.story.nothing_is_left(name)


class Restarted(Face):
    pass


class Deleted(Face):
    """The VidraResource is not reconciled any more before it is deleted."""

    async def meanwhile(self, name: str) -> None:
        await self.scene.delete(SYNCS, name)
        for resource in await self.scene.resources_of(name):
            await self.scene.delete(RESOURCES, resource["metadata"]["name"])

    async def check(self, name: str) -> None:
        await self.story.nothing_is_left(name)

    async def end(self, name: str) -> None:
        """It has ended."""


class Changed(Face):
    async def meanwhile(self, name: str) -> None:
        self.story.change(name)

    async def check(self, name: str) -> None:
        await _is_exact(self.scene, name, "a", "c")
        assert await self.story.colours(name) == {"a": "blue", "c": "blue"}, name


class Lost(Changed):
    """Somebody also deletes the stored text."""

    async def meanwhile(self, name: str) -> None:
        self.story.change(name)
        await self.story.lose_texts(name)


class Renamed(Face):
    def __init__(self, story: Story) -> None:
        super().__init__(story)
        self.before: dict[str, dict[str, tuple[str, str]]] = {}

    async def meanwhile(self, name: str) -> None:
        self.before[name] = await self.story.objects(name)
        await self.scene.sync(name, name=f"new-{name}", interval="1h", pruneLimit=100)
        await self.scene.delete(SYNCS, name)

    async def check(self, name: str) -> None:
        await _is_exact(self.scene, f"new-{name}", "a", "b", prefix=name)
        await self.scene.until_gone(SYNCS, name)
        assert (await self.story.objects(name)).items() >= self.before[name].items(), "they are the same objects"

    async def end(self, name: str) -> None:
        await super().end(f"new-{name}")
        await self.story.nothing_is_left(name)


class Suspended(Face):
    """The first status that is written says nothing of applies."""

    async def meanwhile(self, name: str) -> None:
        await self.scene.patch(SYNCS, name, {"spec": {"suspend": True}})

    async def check(self, name: str) -> None:
        await self.scene.until_sync(name, has_reason("Suspended"))
        for resource in await self.scene.resources_of(name):
            told = await self.scene.until_resource(resource["metadata"]["name"], has_reason("Suspended"))
            assert len(told["status"]["managedResources"]) == 2, name


@pytest.mark.usefixtures("patient")
async def test_whatever_happens_before_the_next_start(own_scene: Scene, own_operator: Operating, gate: Gate) -> None:
    story = Story(own_scene, Lives(gate))
    operating = Operating(own_scene.plane, server=gate.url)
    await operating.start()
    faces = [new(story) for new in (Restarted, Deleted, Changed, Lost, Renamed, Suspended)]
    for face in faces:
        await face.begin()
    await story.until_dead()
    gate.open(0)
    await operating.stop()
    assert [len(await story.objects(name)) for name in faces[0].names] == [0, 0, 0, 1, 2, 2, 2]
    every = [(face, name) for face in faces for name in face.names]
    for face, name in every:
        await face.meanwhile(name)
    await own_operator.start()
    for face, name in every:
        await face.check(name)
    for face, name in every:
        await face.end(name)


@pytest.mark.usefixtures("patient")
async def test_what_was_announced_and_never_applied_holds_no_prune(
    own_scene: Scene, own_operator: Operating, gate: Gate
) -> None:
    """A text is replaced as a whole before its first object was applied: nothing is deleted, so nobody is asked."""
    scene, story = own_scene, Story(own_scene, Lives(gate))
    operating = Operating(scene.plane, server=gate.url)
    await operating.start()
    name = await story.begin("replaced", 3, *(str(number) for number in range(MANY)), limit=10)
    await story.until_dead()
    gate.open(0)
    await operating.stop()
    (resource,) = await scene.resources_of(name)
    assert len(resource["spec"]["announced"]["objects"]) == MANY
    await story.lose_texts(name)  # so that the first text is not applied before the second comes
    scene.infrahub.change(story.artifacts[name], story.text(name, ("c", "blue")))
    await own_operator.start()
    await _is_exact(scene, name, "c")


@pytest.mark.usefixtures("patient", "short_statuses")
async def test_a_long_inventory_outlives_any_death(
    own_scene: Scene, own_operator: Operating, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its pieces are written before the status that names them, and deleted after no status names them."""
    monkeypatch.setattr(announce, "OBJECTS", 5)
    scene, story = own_scene, Story(own_scene, Lives(gate))
    operating = Operating(scene.plane, server=gate.url)
    await operating.start()
    objects = [f"{number:02}" for number in range(24)]
    kept, deleted = [
        [await story.begin(face, writes, *objects) for writes in AROUND_PIECES] for face in ("kept", "deleted")
    ]
    await story.until_dead()
    gate.open(0)
    await operating.stop()
    assert await pieces(scene)
    for name in deleted:
        await scene.delete(SYNCS, name)
        for resource in await scene.resources_of(name):
            await scene.delete(RESOURCES, resource["metadata"]["name"])
    await own_operator.start()
    for name in kept:
        await scene.until_sync(name)
        (resource,) = await scene.resources_of(name)
        assert resource["status"]["inventory"]["objects"] == len(objects)
        assert list(await story.colours(name)) == objects
        await scene.delete(SYNCS, name)
    for name in (*kept, *deleted):
        await story.nothing_is_left(name)

    async def no_pieces() -> bool:
        return not await pieces(scene)

    await eventually(no_pieces)


async def pieces(scene: Scene) -> list[Json]:
    """The ConfigMaps with pieces of inventories."""
    listing: Json = await scene.client.get(CONFIG_MAPS.path(OWN), Json, query={"labelSelector": INVENTORY_LABEL})
    return list(listing["items"])


async def _is_exact(scene: Scene, name: str, *objects: str, prefix: str = "") -> None:
    """A sync is Ready, and its inventory has these objects, each confirmed."""
    await scene.until_sync(name)
    (resource,) = await scene.resources_of(name)
    assert condition(resource)["status"] == "True"
    listed = resource["status"]["managedResources"]
    assert sorted(entry["name"] for entry in listed) == [f"{prefix or name}-{which}" for which in objects]
    assert all(entry["uid"] for entry in listed)
    assert await scene.get(RESOURCES, resource["metadata"]["name"]) is not None
