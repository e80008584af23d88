"""An operator that dies between any two writes, a storm of refusals, watches cut in a line: the end is exact."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest

from testkit.environment import SYNCS, Json, Scene, is_ready
from testkit.gate import Gate, storm
from testkit.objects import config_map
from testkit.operating import Operating
from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE, RESOURCE_LABEL
from vidra.apply.field_owner import hashed
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
SECRETS = Kind("v1", "Secret", "secrets", namespaced=True)
OWN = "vidra-system"
RED = write([config_map("stays", colour="red"), config_map("goes", colour="red")])
BLUE = write([config_map("stays", colour="blue"), config_map("comes", colour="blue")])


@pytest.fixture
async def gate(own_scene: Scene, own_operator: Operating) -> AsyncIterator[Gate]:
    """A gate in front of the control plane, behind which each test has operators of its own."""
    await own_operator.stop()
    async with Gate(own_scene.plane) as gate:
        yield gate
    await own_operator.start()


async def _lives(scene: Scene, gate: Gate, done: Callable[[], Coroutine[Any, Any, None]]) -> list[int]:
    """Let one operator after the other do one write more than the one before and die, until one comes to the end."""
    budgets = []
    for budget in range(1, 100):
        gate.open(budget)
        operating = Operating(scene.plane, server=gate.url)
        # It may die before it is ready: then it never is, for its API server does not answer any more.
        life = asyncio.create_task(_live(operating, done))
        dead = asyncio.create_task(gate.closed.wait())
        ended, _ = await asyncio.wait({life, dead}, return_when=asyncio.FIRST_COMPLETED)
        for task in (life, dead):
            task.cancel()
        await asyncio.gather(life, dead, return_exceptions=True)
        budgets.append(budget)
        gate.open(0)  # what it would say at its end must not come through
        await operating.stop()
        if life in ended and dead not in ended:
            life.result()
            return budgets
    raise AssertionError("no end")


async def _live(operating: Operating, done: Callable[[], Coroutine[Any, Any, None]]) -> None:
    await operating.start()
    await done()


async def test_an_operator_may_die_after_any_of_its_writes(own_scene: Scene, gate: Gate) -> None:
    scene = own_scene
    artifact = scene.infrahub.add_artifact("Colours", RED)
    name = await scene.sync("Colours", interval="1h", pruneLimit=100)

    async def red() -> None:
        await scene.until_sync(name)

    assert len(await _lives(scene, gate, red)) > 3
    stays = await _colours(scene)
    assert {key: colour for key, (colour, _) in stays.items()} == {"stays": "red", "goes": "red"}

    scene.infrahub.change(artifact, BLUE)

    async def blue() -> None:
        await scene.until(CONFIG_MAPS, "comes", lambda _: True, namespace=scene.namespace)
        await scene.until_gone(CONFIG_MAPS, "goes", namespace=scene.namespace)
        await scene.until_sync(name)

    assert len(await _lives(scene, gate, blue)) > 3
    after = await _colours(scene)
    assert after["stays"][1] == stays["stays"][1]  # the same object
    assert len(await _stored(scene, f"{name}-{artifact}")) == 1

    await scene.delete(SYNCS, name)

    async def gone() -> None:
        await scene.until_gone(SYNCS, name)

    assert len(await _lives(scene, gate, gone)) > 2
    assert await _colours(scene) == {}
    assert await _stored(scene, f"{name}-{artifact}") == []
    assert await scene.resources_of(name) == []


async def test_a_storm_of_429_and_500_ends_where_no_storm_would(own_scene: Scene, gate: Gate) -> None:
    scene, dice = own_scene, random.Random(7)
    artifact = scene.infrahub.add_artifact("Colours", RED)
    async with Operating(scene.plane, server=gate.url):
        name = await scene.sync("Colours", interval="1s", pruneLimit=100, destination={"reconcileOnEvents": True})
        await scene.until_sync(name)
        before = await _colours(scene)
        for text in (BLUE, RED, BLUE):
            gate.refuse = storm(dice, 0.6)
            scene.infrahub.change(artifact, text)
            await scene.patch(CONFIG_MAPS, "stays", {"data": {"colour": "drifted"}}, namespace=scene.namespace)
            await asyncio.sleep(1)  # the storm
            gate.refuse = lambda _: None
        await scene.until(
            CONFIG_MAPS, "stays", lambda item: item["data"]["colour"] == "blue", namespace=scene.namespace
        )
        await scene.until_gone(CONFIG_MAPS, "goes", namespace=scene.namespace)
        await scene.until_sync(name)
        after = await _colours(scene)
        assert {key: colour for key, (colour, _) in after.items()} == {"stays": "blue", "comes": "blue"}
        assert after["stays"][1] == before["stays"][1]
        await scene.delete(SYNCS, name)
        await scene.until_gone(SYNCS, name)


@pytest.mark.occasional
async def test_watches_that_are_cut_in_the_middle_of_a_line_lose_no_event(own_scene: Scene, gate: Gate) -> None:
    scene = own_scene
    scene.infrahub.add_artifact("Colours", RED)
    async with Operating(scene.plane, server=gate.url):
        name = await scene.sync("Colours", interval="1h", destination={"reconcileOnEvents": True})
        await scene.until_sync(name)
        for _ in range(3):
            gate.cut()
            await scene.patch(CONFIG_MAPS, "stays", {"data": {"colour": "drifted"}}, namespace=scene.namespace)
            await scene.until(
                CONFIG_MAPS, "stays", lambda item: item["data"]["colour"] == "red", namespace=scene.namespace
            )
        gate.cut()
        other = await scene.resource(write([config_map("another")]))
        await scene.until_resource(other)
        await scene.until_sync(name, is_ready)
        await scene.delete(SYNCS, name)
        await scene.until_gone(SYNCS, name)


async def _colours(scene: Scene) -> dict[str, tuple[str, str]]:
    """The colour and the UID of every ConfigMap that Vidra made."""
    listing: Json = await scene.client.get(
        CONFIG_MAPS.path(scene.namespace), Json, query={"labelSelector": f"{MANAGED_LABEL}={MANAGED_VALUE}"}
    )
    return {item["metadata"]["name"]: (item["data"]["colour"], item["metadata"]["uid"]) for item in listing["items"]}


async def _stored(scene: Scene, resource: str) -> list[Json]:
    query = {"labelSelector": f"{RESOURCE_LABEL}={hashed(resource)}"}
    listing: Json = await scene.client.get(SECRETS.path(OWN), Json, query=query)
    return list(listing["items"])
