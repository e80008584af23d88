"""A changed destination is a move: the objects come to the new place before they leave the old one."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from testkit.controlplane import ControlPlane
from testkit.environment import OWN, SECRETS, Scene, connection_to
from testkit.object_recorder import Vigil
from testkit.objects import config_map, namespace
from vidra.kube.client import Client
from vidra.manifests.write import write

TEXT = write([config_map(f"box-{number:02}", colour="red") for number in range(12)])
NAMES = {f"box-{number:02}" for number in range(12)}


async def test_another_namespace_has_everything_before_the_old_one_loses_anything(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", TEXT)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    other = f"{scene.namespace[:40]}-there"
    await scene.apply(namespace(other))
    async with Vigil(scene) as here, Vigil(scene, other) as there:
        await scene.sync("Colours", name=name, interval="1h", destination={"namespace": other})
        await scene.until_sync(name, lambda _: len(here.ended) == len(NAMES))
        await scene.until_sync(name)
    assert (set(here.ended), there.ended) == (NAMES, [])
    assert await here.now() == {}
    assert set(await there.now()) == NAMES
    assert max(there.versions[item] for item in NAMES) < min(here.ends[item] for item in NAMES)
    await scene.delete(await scene.kind("v1", "Namespace"), other)


async def test_there_and_back_between_two_clusters(
    scene: Scene, new_controlplane: Callable[..., Awaitable[ControlPlane]]
) -> None:
    away_plane = await new_controlplane(controllers=False)
    scene.infrahub.add_artifact("Colours", TEXT)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    async with _away(scene, away_plane) as away:
        await away.apply(namespace(scene.namespace))
        async with Vigil(scene) as here, Vigil(away) as there:
            await scene.sync("Colours", name=name, interval="1h", destination={"server": away_plane.server})
            await scene.until_sync(name)
            assert (await here.now(), set(await there.now())) == ({}, NAMES)
            await scene.sync("Colours", name=name, interval="1h")
            await scene.until_sync(name)
            assert (set(await here.now()), await there.now()) == (NAMES, {})
        assert (set(here.ended), set(there.ended)) == (NAMES, NAMES)


@asynccontextmanager
async def _away(scene: Scene, plane: ControlPlane) -> AsyncIterator[Scene]:
    """Another cluster, whose kubeconfig Vidra has for the time of a test."""
    await scene.secret("away", {"cluster-kubeconfig": "127.0.0.1"}, kubeconfig=plane.kubeconfig.read_text())
    client = Client(connection_to(plane))
    try:
        yield Scene(plane, client, scene.infrahub, scene.namespace)
    finally:
        await scene.delete(SECRETS, "away", namespace=OWN)
        await client.close()
