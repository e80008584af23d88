"""A cluster that is restored from a backup is seen as it is now, and made as it should be."""

from collections.abc import AsyncIterator

import pytest

from testkit.controlplane import ControlPlane
from testkit.environment import Check, Json, Scene, connection_to, defined, is_ready
from testkit.eventually import eventually
from testkit.fixtures import away
from testkit.infrahub import StandIn
from testkit.objects import config_map, namespace
from testkit.operating import Operating
from testkit.remote import Remote
from vidra.kube.client import Client
from vidra.manager import manager as operating
from vidra.manifests.write import write

LONG = 90.0
"""Seconds; a cluster that was away is looked for with growing pauses."""


@pytest.fixture(scope="module")
async def plane() -> AsyncIterator[ControlPlane]:
    """A control plane that is restored: by turns where the objects go, and where the operator works."""
    async with defined(ControlPlane(controllers=False)) as plane:
        yield plane


@pytest.fixture
async def restored(scene: Scene, plane: ControlPlane) -> AsyncIterator[Remote]:
    """It as another cluster."""
    async with away(scene, plane) as remote:
        await remote.credentials()
        yield remote


async def write_much(scene: Scene, count: int) -> None:
    """Have the versions of a cluster grow."""
    for number in range(count):
        await scene.apply(config_map("noise", scene.namespace, n=str(number)))


@pytest.mark.parametrize("events", [pytest.param(False, marks=pytest.mark.occasional), True])
async def test_objects_that_went_back_are_put_back(restored: Remote, *, events: bool) -> None:
    where = {"reconcileOnEvents": True} if events else {}
    spec: Json = {"destination": where, "interval": "1h"}
    name = await restored.resource(write([config_map("clock", v="1"), config_map("older")]), **spec)
    await restored.home.until_resource(name)
    await restored.scene.plane.back_up()
    await restored.resource(write([config_map("clock", v="2"), config_map("newer")]), name=name, **spec)
    await restored.home.until_resource(
        name, lambda item: is_ready(item) and item["status"]["readyObjects"] == 2, seconds=LONG
    )
    await write_much(restored.scene, 50)
    await restored.scene.plane.restore()
    assert await restored.box("noise") is None  # which nobody puts back
    configs = await restored.scene.kind("v1", "ConfigMap")
    place = restored.scene.namespace
    await restored.scene.until(configs, "newer", lambda _: True, namespace=place, seconds=LONG)
    await restored.scene.until(configs, "clock", says("2"), namespace=place, seconds=LONG)
    await restored.home.until_resource(name, seconds=LONG)
    if events:
        await restored.scene.patch(configs, "clock", {"data": {"v": "x"}}, namespace=place)
        await restored.scene.until(configs, "clock", says("2"), namespace=place, seconds=LONG)
    await restored.end(name)


def says(value: str) -> Check:
    return lambda item: bool(item["data"]["v"] == value)


@pytest.mark.occasional
async def test_vidras_own_resources_are_those_that_there_are(
    plane: ControlPlane, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(operating, "DEAF", 0.5)
    client = Client(connection_to(plane))
    async with Operating(plane) as work, StandIn() as infrahub:
        scene = Scene(plane, client, infrahub, "home")
        await scene.apply(namespace(scene.namespace))
        kept = await scene.resource(write([config_map("clock", v="1")]), name="kept", interval="1h")
        await scene.until_resource(kept)
        await plane.back_up()
        await scene.resource(write([config_map("clock", v="2")]), name=kept, interval="1h")
        await scene.resource(write([config_map("lost")]), name="lost", interval="1h")
        await scene.until_resource(kept, seconds=LONG)
        await scene.until_resource("lost", seconds=LONG)
        await write_much(scene, 50)
        await plane.stop_apiserver()
        await eventually(lambda: "vidraresources" in work.operator.deaf)
        await plane.restore()
        monkeypatch.undo()
        fresh = await scene.resource(write([config_map("fresh")]), interval="1h")
        await scene.until_resource(fresh, seconds=LONG)
        await eventually(lambda: work.operator.deaf == "")
        await scene.until_resource(kept, seconds=LONG)
        configs = await scene.kind("v1", "ConfigMap")
        place = scene.namespace
        await scene.until(configs, "clock", says("1"), namespace=place, seconds=LONG)
        await scene.resource(write([config_map("clock", v="3")]), name=kept, interval="1h")
        await scene.until(configs, "clock", says("3"), namespace=place)
        for name in (kept, fresh):
            await scene.plane.kubectl("delete", "vidraresource", name)
    await client.close()
