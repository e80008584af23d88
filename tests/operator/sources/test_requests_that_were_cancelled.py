"""A request that was cancelled may still be carried out: nothing that follows begins before it is answered."""

import asyncio
import base64
import random
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web

from testkit.environment import OWN, RESOURCES, SECRETS, SYNCS, Json, Scene
from testkit.gate import Gate, Held, once
from testkit.objects import config_map
from testkit.operating import Operating
from testkit.patience import HANG, NEVER
from vidra.api.names import SYNC_LABEL
from vidra.apply.field_owner import hashed
from vidra.kube import client as module
from vidra.kube.discovery import Kind
from vidra.manager import shard_runner as part
from vidra.manifests.write import write

CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
LEASES = Kind("coordination.k8s.io/v1", "Lease", "leases", namespaced=True)
NOISE = base64.b64encode(random.Random(1).randbytes(1_500_000)).decode()
"""Too much for one Secret."""
LEASE = "vidra-operator"


@pytest.fixture
async def gate(own_scene: Scene, own_operator: Operating, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Gate]:
    """A gate in front of the control plane, for operators that wait for answers for as long as a test likes."""
    monkeypatch.setattr(module, "TIMEOUT", aiohttp.ClientTimeout(total=NEVER))
    await own_operator.stop()
    async with Gate(own_scene.plane) as gate:
        yield gate
    await own_operator.start()


@pytest.mark.faces(2)
@pytest.mark.parametrize(
    ("collection", "way", "refused"),
    [
        ("vidraresources", "there", False),
        ("vidraresources", "back", False),
        ("secrets", "there", False),
        ("secrets", "back", False),
        ("secrets", "there", True),
    ],
    ids=["resource", "resource-answer", "text", "text-answer", "part-of-a-text-beside-one-that-is-refused"],
)
async def test_a_sync_that_is_deleted_goes_after_what_is_on_its_way(
    own_scene: Scene, gate: Gate, collection: str, way: str, refused: bool
) -> None:
    scene, held = own_scene, Held("POST", collection)
    setattr(gate, way, held)
    if refused:
        gate.refuse = once("POST", collection)
    noise = NOISE if refused else ""
    scene.infrahub.add_artifact("Held", write([config_map(f"held-{part}", noise=noise[part::3]) for part in range(3)]))
    async with Operating(scene.plane, server=gate.url):
        name = await scene.sync("Held", interval="1h")
        await held.reached.wait()
        await scene.delete(SYNCS, name)
        await _another_sync_comes(scene)
        assert await scene.get(SYNCS, name) is not None
        held.go.set()
        await scene.until_gone(SYNCS, name)
        assert await scene.resources_of(name) == []
        assert await _texts_of(scene, name) == []


async def test_a_sync_that_changes_knows_what_was_on_its_way(own_scene: Scene, gate: Gate) -> None:
    scene, held = own_scene, Held("POST", "vidraresources")
    gate.there = held
    before = scene.infrahub.add_artifact("Before", write([config_map("before")]))
    after = scene.infrahub.add_artifact("After", write([config_map("after")]))
    async with Operating(scene.plane, server=gate.url):
        name = await scene.sync("Before", interval="1h", pruneLimit=100)
        await held.reached.wait()
        await scene.sync("After", name=name, interval="1h", pruneLimit=100)
        await _another_sync_comes(scene)
        held.go.set()
        await scene.until_resource(f"{name}-{after}")
        await scene.until_gone(RESOURCES, f"{name}-{before}")
        await scene.until_sync(name)
        assert len(await _texts_of(scene, name)) == 1


async def test_a_sync_does_not_go_before_what_no_watch_has_told_of(own_scene: Scene, gate: Gate) -> None:
    scene, told = own_scene, asyncio.Event()
    name = f"{scene.namespace}-untold"
    written = False

    async def lose(request: web.Request) -> None:
        """Keep the VidraResource that was just made from the operator: the answer is lost, the watch is late."""
        nonlocal written
        if request.query.get("watch") == "true" and "/vidraresources" in request.path and written:
            await told.wait()
        elif request.method == "POST" and "/vidraresources" in request.path:
            await scene.delete(SYNCS, name)
            assert request.transport is not None
            request.transport.abort()

    async def mark(request: web.Request) -> None:
        nonlocal written
        written = written or (request.method == "POST" and "/vidraresources" in request.path)

    gate.there, gate.back = mark, lose
    scene.infrahub.add_artifact("Untold", write([config_map("untold")]))
    async with Operating(scene.plane, server=gate.url):
        await scene.sync("Untold", name=name, interval="1h")
        await scene.until(SYNCS, name, lambda item: "deletionTimestamp" in item["metadata"])
        await scene.until_gone(SYNCS, name)
        assert await scene.resources_of(name) == []
        assert await _texts_of(scene, name) == []
        told.set()


async def test_an_operator_that_is_stopped_ends_its_writes_before_another_begins(
    own_scene: Scene, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "LAST_ANSWERS", NEVER)
    scene, held = own_scene, Held("PATCH", "configmaps")
    gate.there = held
    operating = Operating(scene.plane, server=gate.url, leader_elect=True)
    await operating.start()
    name = await scene.resource(write([config_map("held")]))
    await held.reached.wait()
    stopping = asyncio.create_task(operating.stop())
    for _ in range(20):
        assert await _holders(scene) != [""]
    held.go.set()
    await stopping
    assert await _holders(scene) == [""]
    async with Operating(scene.plane, leader_elect=True):
        await scene.delete(RESOURCES, name)
        await scene.until_gone(RESOURCES, name)
    assert await scene.get(CONFIG_MAPS, "held", namespace=scene.namespace) is None


async def test_an_operator_does_not_wait_for_an_answer_that_does_not_come(
    own_scene: Scene, gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(part, "LAST_ANSWERS", 0.1)
    scene, held = own_scene, Held("PATCH", "configmaps")
    gate.there = held
    operating = Operating(scene.plane, server=gate.url)
    await operating.start()
    await scene.resource(write([config_map("held")]))
    await held.reached.wait()
    async with asyncio.timeout(HANG):
        await operating.stop()
    held.go.set()


async def _another_sync_comes(scene: Scene) -> None:
    """Long enough for whoever does not wait."""
    scene.infrahub.add_artifact("Other", write([config_map("other")]))
    other = await scene.sync("Other")
    await scene.until_sync(other)


async def _texts_of(scene: Scene, sync: str) -> list[Json]:
    query = {"labelSelector": f"{SYNC_LABEL}={hashed(sync)}"}
    listing: Json = await scene.client.get(SECRETS.path(OWN), Json, query=query)
    return list(listing["items"])


async def _holders(scene: Scene) -> list[str]:
    listing: Json = await scene.client.get(LEASES.path(OWN), Json)
    mine = [item for item in listing["items"] if item["metadata"]["name"] == LEASE]
    return [item["spec"].get("holderIdentity", "") for item in mine]
