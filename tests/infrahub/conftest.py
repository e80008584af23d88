"""A real Infrahub for the tests of this folder: it starts once, with the example repository in it."""

import pytest

from testkit.controlplane import ControlPlane
from testkit.environment import Scene
from testkit.infrahub import StandIn
from testkit.parts import kubevirt
from testkit.parts.definitions import install
from testkit.parts.infrahub.loaded import LoadedInfrahub
from testkit.parts.infrahub.story import Story
from toolchain.errors import BinariesError
from toolchain.tools import find_tool
from vidra.kube.client import Client
from vidra.manager import Manager


def pytest_runtestloop(session: pytest.Session) -> None:
    """Get KubeVirt's definitions before the first test's time runs."""
    if session.config.option.collectonly:
        return
    capture = session.config.pluginmanager.getplugin("capturemanager")
    try:
        with capture.global_and_fixture_disabled():
            find_tool("kubevirt-crds")
    except BinariesError as error:
        pytest.exit(str(error), returncode=1)


@pytest.fixture(scope="session")
async def machines(controlplane: ControlPlane, admin: Client, operator: Manager) -> None:
    """KubeVirt's kinds in the cluster."""
    assert operator.ready.is_set()
    async with StandIn() as nobody:
        await install(Scene(controlplane, admin, nobody, "default"), kubevirt.definitions())


@pytest.fixture
async def story(scene: Scene, real_infrahub: LoadedInfrahub) -> Story:
    """A story whose Vidra has the credentials of the real Infrahub: a name and a password."""
    told = Story(scene, real_infrahub)
    await told.credentials()
    return told
