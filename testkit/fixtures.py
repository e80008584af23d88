"""Fixtures of several rooms' tests: an operator that works for the whole run, and a scene for each test to work in."""

import itertools
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from testkit.cleanup import clear, left
from testkit.controlplane import ControlPlane
from testkit.environment import Scene, connection_to, defined
from testkit.infrahub import StandIn
from testkit.objects import namespace as namespace_named
from testkit.operating import Operating
from testkit.patience import NEVER
from testkit.remote import Remote
from toolchain.renderer import find_renderer
from vidra.api.names import CLUSTER_LABEL
from vidra.apply import inventory_pieces
from vidra.common.backoff import Backoff
from vidra.controllers.resource import requeue
from vidra.controllers.runtime import inventory_store
from vidra.controllers.runtime import workqueue as queue
from vidra.controllers.sync import finalize as sync
from vidra.kube.client import Client
from vidra.render.program import GIVEN

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def renderer_program() -> Iterator[Path]:
    """The path of `vidra-render`, of these sources; operators find it too, whatever others build meanwhile."""
    program = find_renderer()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(GIVEN, str(program))
        yield program


@pytest.fixture(scope="session")
async def own_plane() -> AsyncIterator[ControlPlane]:
    """A control plane for one test after the other, without controllers: namespaces and owned objects stay."""
    async with defined(ControlPlane(controllers=False)) as plane:
        yield plane


@pytest.fixture
async def own_operator(own_plane: ControlPlane) -> AsyncIterator[Operating]:
    """The only operator of `own_plane`, for one test, which may stop it and start it again."""
    async with Operating(own_plane, source_hosts=("127.0.0.1",)) as operating:
        yield operating


@pytest.fixture
async def own_scene(own_plane: ControlPlane, own_operator: Operating) -> AsyncIterator[Scene]:
    """A scene like `scene`, where nobody else is: settings can be changed, and whatever is written is Vidra's."""
    client = Client(connection_to(own_plane))
    async with StandIn() as infrahub:
        scene = Scene(own_plane, client, infrahub, f"own-{next(_numbers)}")
        await scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": scene.namespace}})
        await scene.credentials()
        assert own_operator.operator.ready.is_set()
        yield scene
        await clear(scene)
        for kind, name in await left(scene):
            await scene.until_gone(kind, name)
    await client.close()


@pytest.fixture
def only_events(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have operators of this process look at nothing again by themselves, but at an interval.

    What happens at all is then what an event brought, however long it takes: that is how a test tells *at once* from
    *some time*, without a clock.
    """
    monkeypatch.setattr(queue, "BACKOFF", Backoff(NEVER, NEVER))
    for module, names in (
        (requeue, ("LONGEST_WAIT",)),
        (sync, ("LONGEST_WAIT",)),
    ):
        for name in names:
            monkeypatch.setattr(module, name, NEVER)


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have operators of this process show nothing that is under way: a moment lasts as long as a busy machine takes."""
    for module in ("runtime.run_if_slow", "sync.reconciler", "resource.apply.apply_and_prune"):
        monkeypatch.setattr(f"vidra.controllers.{module}.SHOWN_AFTER", NEVER)


@pytest.fixture
def short_statuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let statuses that operators of this process write, and pieces of inventories, have room for some ten objects."""
    for name, value in (("FEW", 5), ("LIMIT", 4_000)):
        monkeypatch.setattr(inventory_store, name, value)
    for name, value in (("HEAD", 1_500), ("PIECE", 3_000)):
        monkeypatch.setattr(inventory_pieces, name, value)


@pytest.fixture(scope="session")
async def east_plane() -> AsyncIterator[ControlPlane]:
    """Another cluster; namespaces stay in it, because no controller runs."""
    async with ControlPlane(controllers=False) as plane:
        yield plane


@pytest.fixture(scope="session")
async def west_plane() -> AsyncIterator[ControlPlane]:
    """A third one."""
    async with ControlPlane(controllers=False) as plane:
        yield plane


@pytest.fixture
async def remote(scene: Scene, east_plane: ControlPlane) -> AsyncIterator[Remote]:
    """Another cluster with a namespace for this test; what knows it at home goes with the test."""
    async with away(scene, east_plane) as remote:
        yield remote


@pytest.fixture
async def west(scene: Scene, west_plane: ControlPlane) -> AsyncIterator[Remote]:
    """A third one, like `remote`."""
    async with away(scene, west_plane) as remote:
        yield remote


@asynccontextmanager
async def away(scene: Scene, plane: ControlPlane) -> AsyncIterator[Remote]:
    """Another cluster with a namespace like the scene's; what knows it at home goes with the context."""
    client = Client(connection_to(plane))
    there = Scene(plane, client, scene.infrahub, scene.namespace)
    await there.apply(namespace_named(scene.namespace))
    yield Remote(scene, there)
    await scene.forget_secrets(CLUSTER_LABEL)
    await client.close()
