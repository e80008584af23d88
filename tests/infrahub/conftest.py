"""A real Infrahub for the tests of this folder: it starts once, with the example repository in it."""

import pytest

from vidra.kube.client import Client
from vidra.operator import Operator
from vidra.testing.binaries.errors import BinariesError
from vidra.testing.binaries.tools import find_tool
from vidra.testing.controlplane import ControlPlane
from vidra.testing.infrahub import StandIn
from vidra.testing.parts import kubevirt
from vidra.testing.parts.definitions import install
from vidra.testing.parts.infrahub.loaded import LoadedInfrahub
from vidra.testing.parts.infrahub.story import Story
from vidra.testing.scene import Scene


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
async def machines(controlplane: ControlPlane, admin: Client, operator: Operator) -> None:
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
