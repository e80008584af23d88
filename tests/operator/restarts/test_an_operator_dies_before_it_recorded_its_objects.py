"""An operator dies after an apply, before the UID is in the status, and somebody empties managedFields meanwhile."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from testkit.environment import RESOURCES, Json, Scene, has_reason
from testkit.gate import Gate
from testkit.managed_fields import empty_managed_fields
from testkit.objects import config_map, namespace
from testkit.operating import Operating
from testkit.two_versions import BOTH, NEW, OLD, TwoVersions
from vidra.api.names import MANAGED_LABEL, OWNER_PREFIX
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
NAMESPACES = Kind("v1", "Namespace", "namespaces", namespaced=False)


class Unrecorded:
    """Lets no status through that says what was applied; a `Gate.there`."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        """VidraResources that have applied everything."""
        self._more = asyncio.Event()
        self._dead = asyncio.Event()

    async def __call__(self, request: web.Request) -> None:
        if request.path.endswith("/status") and b'"revision"' in await request.read():
            self.names.add(request.path.split("/")[-2])
            self._more.set()
            await self._dead.wait()
            raise web.HTTPServiceUnavailable

    async def until(self, names: set[str]) -> None:
        while not names <= self.names:
            await self._more.wait()
            self._more.clear()

    def end(self) -> None:
        self._dead.set()


@pytest.fixture
async def gate(own_scene: Scene, own_operator: Operating) -> AsyncIterator[Gate]:
    """A gate in front of the control plane, behind which the test has an operator of its own."""
    await own_operator.stop()
    async with Gate(own_scene.plane) as gate:
        yield gate
    if not own_operator.running:
        await own_operator.start()


async def test_nothing_is_left_nor_lost(own_scene: Scene, own_operator: Operating, gate: Gate) -> None:
    scene, before = own_scene, f"{own_scene.namespace}-before"
    await scene.apply(namespace(before))
    alone = await scene.resource(write([config_map("alone"), namespace(before)]))
    first, second = [await scene.resource(write([config_map("shared", colour="red")])) for _ in range(2)]
    await _dies(scene, gate, {alone, first, second})
    uid = (await _wiped(scene, "shared"))["metadata"]["uid"]
    await _wiped(scene, "alone")
    for name in (alone, first):
        await scene.delete(RESOURCES, name)
    await own_operator.start()
    for name in (alone, first):
        await scene.until_gone(RESOURCES, name)
    await scene.until_resource(second)
    assert await scene.get(CONFIG_MAPS, "alone", namespace=scene.namespace) is None
    found = await scene.get(NAMESPACES, before)
    assert found is not None
    assert "deletionTimestamp" not in found["metadata"], "it was there before Vidra"
    shared = await scene.get(CONFIG_MAPS, "shared", namespace=scene.namespace)
    assert shared is not None
    assert (shared["metadata"]["uid"], shared["data"]) == (uid, {"colour": "red"})
    await scene.delete(RESOURCES, second)
    await scene.until_gone(RESOURCES, second)
    assert await scene.get(CONFIG_MAPS, "shared", namespace=scene.namespace) is None


async def test_what_bears_no_sign_any_more_is_left_alone(own_scene: Scene, own_operator: Operating, gate: Gate) -> None:
    """Who takes off the marks through a version that the managers' entries do not fit takes off the managers too."""
    scene, gadgets = own_scene, TwoVersions(own_scene)
    await gadgets.serve(*BOTH)
    old, new = [await scene.resource(write([gadgets.body(version, version)])) for version in (OLD, NEW)]
    await _dies(scene, gate, {old, new})
    stripped = {version: await _stripped(gadgets, version) for version in BOTH}
    assert {version: _is_managed(item) for version, item in stripped.items()} == {OLD: False, NEW: True}
    await own_operator.start()
    await scene.until_resource(old, has_reason("NotOwned"))
    await scene.until_resource(new)
    assert await gadgets.one(OLD) == stripped[OLD], "nobody can tell it from a stranger's"
    marked = await gadgets.one(NEW)
    assert marked is not None
    assert marked["metadata"]["uid"] == stripped[NEW]["metadata"]["uid"]
    assert MANAGED_LABEL in marked["metadata"]["labels"]


async def _dies(scene: Scene, gate: Gate, names: set[str]) -> None:
    """An operator applies everything, and dies before it recorded that."""
    gate.there = unrecorded = Unrecorded()
    operating = Operating(scene.plane, server=gate.url)
    await operating.start()
    await unrecorded.until(names)
    gate.open(0)
    unrecorded.end()
    await operating.stop()
    for name in names:
        found = await scene.get(RESOURCES, name)
        assert found is not None
        assert not any(entry.get("uid") for entry in found["status"]["managedResources"])


async def _wiped(scene: Scene, name: str) -> Json:
    await empty_managed_fields(scene.client, CONFIG_MAPS.path(scene.namespace, name))
    found = await scene.get(CONFIG_MAPS, name, namespace=scene.namespace)
    assert found is not None
    return found


async def _stripped(gadgets: TwoVersions, name: str) -> Json:
    """An object without Vidra's marks."""
    found = await gadgets.one(name)
    assert found is not None
    marks = dict.fromkeys(key for key in found["metadata"]["annotations"] if key.startswith(OWNER_PREFIX))
    await gadgets.write(name, {"labels": {MANAGED_LABEL: None}, "annotations": marks})
    found = await gadgets.one(name)
    assert found is not None
    return found


def _is_managed(item: Json) -> bool:
    return any(entry["manager"].startswith("vidra:") for entry in item["metadata"].get("managedFields") or ())
