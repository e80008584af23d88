"""Real parts for the tests of this folder: each is got once, and works for the whole run."""

from collections.abc import AsyncIterator

import pytest

from testkit.controlplane import ControlPlane
from testkit.environment import Scene
from testkit.infrahub import StandIn
from testkit.parts import crossplane, kubevirt
from testkit.parts.aggregated import AggregatedApi
from testkit.parts.definitions import install
from testkit.parts.kwok import Kwok
from testkit.parts.public_charts import NOT_VENDORED, PUBLIC
from testkit.parts.registry import Registry
from toolchain.errors import BinariesError
from toolchain.find import find
from toolchain.tools import find_tool
from vidra.kube.client import Client
from vidra.manager import Manager

_NEED = {
    "aggregated": ("sample-apiserver",),
    "alone": ("sample-apiserver",),
    "charts": ("helm",),
    "public_charts": tuple(f"chart-{name}" for name in (*PUBLIC, NOT_VENDORED)),
    "registry": ("registry", "helm"),
    "release": ("registry", "helm", "crane"),
    "kwok": ("kwok", "kwok-stages"),
    "machines": ("kubevirt-crds",),
    "prometheus": ("prometheus",),
    "promtool": ("prometheus",),
    "provider": ("crossplane-crds", "provider-kubernetes-crds", "provider-kubernetes"),
}
"""Fixtures, and the tools that they use."""


def pytest_runtestloop(session: pytest.Session) -> None:
    """Get the tools before the first test's time runs; the first time ever takes minutes."""
    if session.config.option.collectonly:
        return
    fixtures = {name for item in session.items if isinstance(item, pytest.Function) for name in item.fixturenames}
    capture = session.config.pluginmanager.getplugin("capturemanager")
    try:
        with capture.global_and_fixture_disabled():
            find()
            for tool in (tool for name, tools in _NEED.items() if name in fixtures for tool in tools):
                find_tool(tool)
    except BinariesError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="session")
async def anywhere(controlplane: ControlPlane, admin: Client, operator: Manager) -> AsyncIterator[Scene]:
    """The shared cluster as its administrator sees it."""
    assert operator.ready.is_set()
    async with StandIn() as nobody:
        yield Scene(controlplane, admin, nobody, "default")


@pytest.fixture(scope="session")
async def kwok(anywhere: Scene) -> AsyncIterator[Kwok]:
    """A node that all pods run on."""
    async with Kwok(anywhere.plane) as kwok:
        yield kwok


@pytest.fixture(scope="session")
async def machines(anywhere: Scene) -> None:
    """KubeVirt's kinds."""
    await install(anywhere, kubevirt.definitions())


@pytest.fixture(scope="session")
async def provider(anywhere: Scene) -> AsyncIterator[crossplane.Provider]:
    """Crossplane's kinds, and provider-kubernetes at work on what is asked of it."""
    await install(anywhere, crossplane.definitions())
    async with crossplane.Provider(anywhere.plane) as provider:
        yield provider


@pytest.fixture(scope="session")
def charts() -> None:
    """helm, got beforehand."""


@pytest.fixture(scope="session")
def public_charts() -> None:
    """Charts of others, got beforehand."""


@pytest.fixture(scope="session")
async def registry(controlplane: ControlPlane) -> AsyncIterator[Registry]:
    """A registry for charts."""
    async with Registry(controlplane.folder) as registry:
        yield registry


@pytest.fixture(scope="session")
async def wardle(anywhere: Scene) -> AsyncIterator[AggregatedApi]:
    """An aggregated API."""
    async with AggregatedApi(anywhere.plane) as api:
        yield api


@pytest.fixture
async def aggregated(wardle: AggregatedApi) -> AsyncIterator[AggregatedApi]:
    """An aggregated API that a test may take away; after it, it is there."""
    yield wardle
    if not wardle.running:
        await wardle.come_back()
