"""Fixtures that every room's tests may use: a real control plane, a namespace in it, and an operator at work."""

import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.strategies import text

from testkit.account import granted
from testkit.cleanup import clear
from testkit.controlplane import ControlPlane
from testkit.environment import Scene, connection_to
from testkit.infrahub import StandIn
from testkit.loop_stalls import stalls
from testkit.operating import Operating
from testkit.parts.certificates import front_proxy
from testkit.thorough import amount
from toolchain.errors import BinariesError
from toolchain.find import find
from toolchain.renderer import find_renderer
from vidra.kube.client import Client
from vidra.manager import Manager
from vidra.manager.gc_tuning import freeze_imports
from vidra.telemetry.logging import set_level

pytest_plugins = (
    "testkit.suite.distribution",
    "testkit.suite.faces",
    "testkit.fixtures",
    "testkit.parts.infrahub.fixtures",
)

settings.register_profile(
    "any machine",
    deadline=None,  # an example, and its making, may take as long as the machine needs
    suppress_health_check=[HealthCheck.too_slow],
    max_examples=amount(40, 500),
)
settings.load_profile("any machine")

_NUMBERS = itertools.count(1)
_NEED_PROGRAMS = {"controlplane", "new_controlplane", "own_plane"}
_NEED_RENDERER = {"renderer_program"}


def pytest_runtestloop(session: pytest.Session) -> None:
    """Get what takes long the first time ever before the first test's time runs: programs, and a table of letters."""
    # Hypothesis makes it for the first text that it draws, and would take its own second for a test that is too slow.
    text().validate()
    fixtures = {name for item in session.items if isinstance(item, pytest.Function) for name in item.fixturenames}
    if session.config.option.collectonly:
        return
    capture = session.config.pluginmanager.getplugin("capturemanager")
    try:
        with capture.global_and_fixture_disabled():
            if fixtures & _NEED_PROGRAMS:
                find()
            if fixtures & _NEED_RENDERER:
                find_renderer()
    except BinariesError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="session", autouse=True)
def stalled() -> Iterator[list[str]]:
    """Steps of the operator that kept the event loop to themselves for too long."""
    freeze_imports()  # as `vidra operator` does: what pytest consists of is not Vidra's
    with stalls() as found:
        yield found


@pytest.fixture(scope="session", autouse=True)
def log_level() -> None:
    """Log as `vidra operator` does, also where none runs: without requests."""
    set_level("info")


@pytest.fixture(autouse=True)
def never_stalled(stalled: list[str]) -> Iterator[None]:
    """Fail the test in which one did."""
    yield
    found, stalled[:] = list(stalled), []
    assert found == []


@pytest.fixture(scope="session")
async def controlplane() -> AsyncIterator[ControlPlane]:
    """The one control plane that the whole run shares."""
    async with ControlPlane(front_proxy=front_proxy()) as plane:
        yield plane


@pytest.fixture
async def namespace(controlplane: ControlPlane, request: pytest.FixtureRequest) -> str:
    """A fresh namespace, named after the test.

    It stays until the control plane ends: to delete one costs some eighty requests of the controllers, and more with
    each definition, which was more than half of all that the API server was asked.
    """
    name = f"{_label(request.node.name)}-{next(_NUMBERS)}"
    body = {"metadata": {"name": name}}
    created = await controlplane.request("POST", "/api/v1/namespaces", body)
    assert created.status == 201, created
    return name


@pytest.fixture
async def new_controlplane() -> AsyncIterator[Callable[..., Awaitable[ControlPlane]]]:
    """Start further control planes: ``await new_controlplane(controllers=False)``; they end with the test."""
    async with AsyncExitStack() as stack:

        async def start(*, controllers: bool = True) -> ControlPlane:
            return await stack.enter_async_context(ControlPlane(controllers=controllers))

        yield start


@pytest.fixture(scope="session")
async def admin(controlplane: ControlPlane) -> AsyncIterator[Client]:
    """An administrator's client."""
    client = Client(connection_to(controlplane))
    yield client
    await client.close()


@pytest.fixture(scope="session")
async def operator(controlplane: ControlPlane, admin: Client) -> AsyncIterator[Manager]:
    """The operator of the shared control plane, in this process, with the rights that the chart grants."""
    async with StandIn() as nobody:
        here = Scene(controlplane, admin, nobody, "default")
        await here.define()
        connection = await granted(here)
    async with Operating(controlplane, connection=connection, source_hosts=("127.0.0.1",)) as operating:
        yield operating.operator


@pytest.fixture
async def scene(controlplane: ControlPlane, admin: Client, operator: Manager, namespace: str) -> AsyncIterator[Scene]:
    """A namespace, an Infrahub whose credentials Vidra has, and an operator at work."""
    assert operator.ready.is_set()
    async with StandIn() as infrahub:
        scene = Scene(controlplane, admin, infrahub, namespace)
        await scene.credentials()
        yield scene
        await clear(scene)


def _label(test: str) -> str:
    """Turn a test's name into the start of a DNS label: ``test_a_B[c]`` → ``a-b-c``."""
    return re.sub(r"[^a-z0-9]+", "-", test.lower().removeprefix("test_")).strip("-")[:50].strip("-") or "test"
