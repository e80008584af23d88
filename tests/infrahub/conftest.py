"""A real Infrahub for the tests of this folder: it starts once, with the example repository in it."""

import itertools

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
from vidra.testing.scene import Json, Scene

_numbers = itertools.count(1)


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


class Story:
    """A scene whose syncs read from the real Infrahub.

    Attributes:
        scene: A namespace, and an operator at work.
        hub: The Infrahub, and what is done there.
    """

    def __init__(self, scene: Scene, hub: LoadedInfrahub) -> None:
        self.scene = scene
        self.hub = hub

    @property
    def place(self) -> dict[str, str]:
        """Where objects go, as an argument."""
        return {"namespace": self.scene.namespace}

    def name(self, of: str) -> str:
        """A name that nothing else in this Infrahub has."""
        return f"{of}-{next(_numbers)}"

    async def sync(self, artifact: str, *, name: str = "", **source: str) -> str:
        """A sync from the real Infrahub that looks every second; gives its name."""
        real = {"infrahubAPIURL": self.hub.infrahub.url, **source}
        return await self.scene.sync(artifact, name=name, source=real, interval="1s")

    async def has(self, kind: str, name: str, **spec: object) -> Json:
        """Wait for an object whose spec (or data) holds these values."""
        found = await self.scene.kind(*_KINDS[kind])
        field = "data" if kind == "ConfigMap" else "spec"
        return await self.scene.until(
            found, name, lambda item: spec.items() <= item[field].items(), **self.place, seconds=PATIENCE
        )


_KINDS = {
    "ConfigMap": ("v1", "ConfigMap"),
    "Deployment": ("apps/v1", "Deployment"),
    "VirtualMachine": ("kubevirt.io/v1", "VirtualMachine"),
}
PATIENCE = 120.0
"""Seconds: Infrahub generates an artifact anew within some, and within many on a busy machine."""


@pytest.fixture
async def story(scene: Scene, real_infrahub: LoadedInfrahub) -> Story:
    """A story whose Vidra has the credentials of the real Infrahub: a name and a password."""
    place = real_infrahub.infrahub.place
    await credentials(scene, real_infrahub, username=place.username, password=place.password)
    return Story(scene, real_infrahub)


async def credentials(scene: Scene, hub: LoadedInfrahub, **data: str) -> None:
    """Give Vidra credentials for the real Infrahub, found by its whole address."""
    label = "infrahub-api-url"
    metadata = {
        "name": f"real-{next(_numbers)}",
        "namespace": scene.namespace,
        "labels": {label: "127.0.0.1"},
        "annotations": {label: hub.infrahub.url},
    }
    await scene.apply({"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "stringData": data})
