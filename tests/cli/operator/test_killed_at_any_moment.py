"""kill -9 at any moment loses nothing, leaves nothing behind, and makes nothing anew."""

import asyncio
import hashlib
import random
from collections.abc import Awaitable, Callable

import pytest

from testkit.environment import RESOURCES, SYNCS, Json, Scene, is_ready
from testkit.process import OperatorProcess
from vidra.api.names import SYNC_LABEL
from vidra.apply.field_owner import hashed

NewOperator = Callable[..., Awaitable[OperatorProcess]]
Objects = dict[str, str]

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data: {{value: "{value}"}}
"""
ROUNDS = 12

pytestmark = pytest.mark.occasional


class Shelf:
    """Artifacts in Infrahub that change at random, and what should come of them."""

    def __init__(self, scene: Scene, dice: random.Random) -> None:
        self._scene = scene
        self._dice = dice
        self._number = 0
        self._artifacts: dict[str, Objects] = {}
        self.texts: dict[str, str] = {}
        self.always = {"always-1": "1", "always-2": "2"}
        self._put(None, self.always)
        for _ in range(3):
            self._add()

    @property
    def wanted(self) -> Objects:
        return {name: value for objects in self._artifacts.values() for name, value in objects.items()}

    def stir(self) -> None:
        """Add, change or remove a few artifacts; the first one stays as it is."""
        for _ in range(self._dice.randint(1, 3)):
            deed = self._dice.choice((self._add, self._change, self._change, self._remove))
            deed()

    def _add(self) -> None:
        self._number += 1
        self._put(None, self._some(self._number))

    def _change(self) -> None:
        changeable = [id_ for id_, objects in self._artifacts.items() if objects is not self.always]
        if changeable:
            id_ = self._dice.choice(changeable)
            self._put(id_, self._some(int(next(iter(self._artifacts[id_])).split("-")[1])))

    def _remove(self) -> None:
        removable = [id_ for id_, objects in self._artifacts.items() if objects is not self.always]
        if len(removable) > 1:
            id_ = self._dice.choice(removable)
            self._scene.infrahub.remove(id_)
            del self._artifacts[id_], self.texts[id_]

    def _some(self, number: int) -> Objects:
        """One object that every version of the artifact has, and some of those that come and go."""
        names = [0, *self._dice.sample(range(1, 8), self._dice.randint(1, 6))]
        return {f"object-{number}-{index}": str(self._dice.randint(1, 5)) for index in names}

    def _put(self, id_: str | None, objects: Objects) -> None:
        text = "---".join(CONFIG.format(name=name, value=value) for name, value in objects.items())
        if id_ is None:
            id_ = self._scene.infrahub.add_artifact("Shelf", text)
        else:
            self._scene.infrahub.change(id_, text)
        self._artifacts[id_], self.texts[id_] = objects, text


@pytest.fixture
def dice(request: pytest.FixtureRequest) -> random.Random:
    """Dice of its own for each run; a failure shows the seed."""
    seed = random.randrange(2**32)
    request.node.add_report_section("setup", "seed", str(seed))
    return random.Random(seed)


async def test_after_any_number_of_kills_the_end_is_exact(
    scene: Scene, new_operator: NewOperator, dice: random.Random
) -> None:
    shelf = Shelf(scene, dice)
    operator = await new_operator()
    # What several rounds remove may come together, and be more than the half that is held by default.
    name = await scene.sync("Shelf", interval="1s", pruneLimit=100)
    await settled(scene, name, shelf)
    before = await objects_of(scene)
    for _ in range(ROUNDS):
        shelf.stir()
        await killed_and_back(operator, dice)
    shelf.stir()
    await settled(scene, name, shelf)
    await exact(scene, name, shelf)
    kept(before, await objects_of(scene))
    await operator.ready()  # the last one may have found nothing left to do, and be starting still
    assert await operator.terminate() == 0
    await all_goes_when_the_sync_goes(scene, name, operator, dice)


async def all_goes_when_the_sync_goes(scene: Scene, name: str, operator: OperatorProcess, dice: random.Random) -> None:
    await operator.start()
    await operator.ready()
    await scene.delete(SYNCS, name)
    for _ in range(3):
        await asyncio.sleep(dice.uniform(0, 0.08))
        await operator.kill()
        await operator.start()
        await operator.ready()
    await scene.until_gone(SYNCS, name)
    assert await objects_of(scene) == {}
    assert await scene.resources_of(name) == []
    assert await contents(scene, name) == set()


async def killed_and_back(operator: OperatorProcess, dice: random.Random) -> None:
    """Let it work for a moment, counted from readiness or from its very start; then kill it and start it again."""
    if dice.random() < 0.8:
        await operator.ready()
    await asyncio.sleep(dice.choice((dice.uniform(0, 0.15), dice.uniform(0, 1.2))))
    await operator.kill()
    await operator.start()


async def settled(scene: Scene, name: str, shelf: Shelf) -> None:
    """Wait until the sync is Ready with exactly these texts, and the VidraResources of other artifacts are gone."""
    checksums = sorted({hashlib.md5(text.encode(), usedforsecurity=False).hexdigest() for text in shelf.texts.values()})
    progress = f"{len(shelf.texts)}/{len(shelf.texts)}"

    def done(item: Json) -> bool:
        status = item.get("status", {})
        return is_ready(item) and status["checksums"] == checksums and status["progress"] == progress

    await scene.until_sync(name, done)


async def exact(scene: Scene, name: str, shelf: Shelf) -> None:
    """Everything that is wanted is there with its content, and nothing else is."""
    found = await objects_of(scene)
    assert {key: item["data"]["value"] for key, item in found.items()} == shelf.wanted
    resources = await scene.resources_of(name)
    assert {item["spec"]["content"]["artifactId"] for item in resources} == shelf.texts.keys()
    assert all(is_ready(item) for item in resources)
    listed = [entry["name"] for item in resources for entry in item["status"]["managedResources"]]
    assert sorted(listed) == sorted(shelf.wanted)
    assert await contents(scene, name) == {
        secret for item in resources for secret in item["spec"]["content"]["secrets"]
    }
    everyone: Json = await scene.client.get(RESOURCES.path(), Json)
    assert len([item for item in everyone["items"] if item["metadata"]["name"].startswith(name)]) == len(resources)


def kept(before: dict[str, Json], after: dict[str, Json]) -> None:
    """What was wanted all along was never made anew, and what did not change was never written."""
    stayed = [name for name in before if name.endswith("-0") and name in after]
    assert {name: before[name]["metadata"]["uid"] for name in stayed} == {
        name: after[name]["metadata"]["uid"] for name in stayed
    }
    for name in ("always-1", "always-2"):
        assert after[name]["metadata"]["resourceVersion"] == before[name]["metadata"]["resourceVersion"]


async def objects_of(scene: Scene) -> dict[str, Json]:
    listing: Json = await scene.client.get(f"/api/v1/namespaces/{scene.namespace}/configmaps", Json)
    return {item["metadata"]["name"]: item for item in listing["items"]}


async def contents(scene: Scene, sync: str) -> set[str]:
    """Names of the Secrets with stored texts of a sync, orphans among them."""
    path = "/api/v1/namespaces/vidra-system/secrets"
    listing: Json = await scene.client.get(path, Json, query={"labelSelector": f"{SYNC_LABEL}={hashed(sync)}"})
    return {item["metadata"]["name"] for item in listing["items"]}
