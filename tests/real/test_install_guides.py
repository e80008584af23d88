"""The guides on installing, upgrading and uninstalling, followed to the letter in one cluster."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from testkit.controlplane import ControlPlane
from testkit.environment import SYNCS, Json, Scene, connection_to
from testkit.infrahub import StandIn
from testkit.objects import config_map
from testkit.parts.chart import CHART, deployed
from testkit.parts.helm import helm
from testkit.parts.registry import Registry
from testkit.process import OperatorProcess
from toolchain.find import find
from toolchain.tools import find_tool
from vidra.kube.client import Client
from vidra.manifests.write import write

GUIDES = CHART.parents[1] / "docs" / "guides"
OWN = "vidra-system"
PLAIN_HTTP = """
set -euo pipefail
helm() { case "$*" in *oci://*) command helm "$@" --plain-http ;; *) command helm "$@" ;; esac; }
"""
"""The registry of the tests has no certificate; everything else is as it stands in the guides."""


class Reader:
    """Somebody at a terminal in a checkout, with a registry, a cluster and an Infrahub."""

    def __init__(self, folder: Path, scene: Scene, registry: str) -> None:
        self._folder, self._scene, self._registry = folder, scene, registry
        (folder / "charts").symlink_to(CHART.parent)
        infrahub = scene.infrahub
        self._environment = {
            **os.environ,
            "KUBECONFIG": str(scene.plane.kubeconfig),
            "HOME": str(folder),
            "PATH": f"{find()}:{find_tool('helm').parent}:{Path(sys.executable).parent}:{os.environ['PATH']}",
            "INFRAHUB_USERNAME": infrahub.username,
            "INFRAHUB_PASSWORD": infrahub.password,
            "INFRAHUB_HOST": "127.0.0.1",
            "INFRAHUB_URL": infrahub.url,
        }

    async def follow(self, guide: str, title: str) -> str:
        """Run every block of a section; gives what was printed."""
        page = (GUIDES / guide).read_text(encoding="utf-8")
        (section,) = [part for part in re.split(r"^## ", page, flags=re.MULTILINE) if part.startswith(title)]
        blocks = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
        assert blocks
        shell = await asyncio.create_subprocess_exec(
            *("bash", "-c", PLAIN_HTTP + "\n".join(blocks).replace("registry.example.com", self._registry)),
            cwd=self._folder,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed = (await shell.communicate())[0].decode()
        assert shell.returncode == 0, printed
        return printed


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    """A cluster without controllers, and an Infrahub with an artifact."""
    async with ControlPlane(controllers=False) as plane, StandIn() as infrahub:
        client = Client(connection_to(plane))
        infrahub.add_artifact("Webserver_Manifest", write([config_map("web", colour="red")]))
        yield Scene(plane, client, infrahub, "default")
        await client.close()


async def running(scene: Scene, folder: Path) -> OperatorProcess:
    """What the Deployment says, at work."""
    operator = await deployed(scene.plane, folder, OWN)
    await operator.start()
    await operator.ready()
    return operator


async def web(scene: Scene) -> Json | None:
    """The object of the artifact."""
    return await scene.get(await scene.kind("v1", "ConfigMap"), "web", namespace="default")


async def test_install_upgrade_and_uninstall_step_by_step(scene: Scene, registry: Registry, tmp_path: Path) -> None:
    reader = Reader(tmp_path, scene, registry.address)
    for title in ("1. Image and chart", "2. Say what", "3. Install"):
        await reader.follow("install.md", title)
    operator = await running(scene, tmp_path)
    assert "Synced: 1 artifact" in await reader.follow("install.md", "4. Give it credentials")
    before = await web(scene)
    for title in ("2. The definitions", "3. The release", "Back"):
        await reader.follow("upgrade.md", title)
    assert await web(scene) == before
    await reader.follow("uninstall.md", "The objects stay")
    assert await operator.terminate() == 0
    left = await web(scene)
    assert left is not None
    assert before is not None
    assert left["metadata"]["uid"] == before["metadata"]["uid"]
    assert "labels" not in left["metadata"]
    names = await scene.plane.kubectl("get", "crd,clusterrole,clusterrolebinding", "-o", "name")
    assert "vidra" not in names.stdout


async def test_without_an_operator_a_deletion_waits_and_finalizers_can_be_taken_off(
    scene: Scene, registry: Registry, tmp_path: Path
) -> None:
    reader = Reader(tmp_path, scene, registry.address)
    for title in ("1. Image and chart", "2. Say what", "3. Install"):
        await reader.follow("install.md", title)
    operator = await running(scene, tmp_path)
    await reader.follow("install.md", "4. Give it credentials")
    await operator.terminate()
    await scene.plane.kubectl("-n", OWN, "delete", "secret", "infrahub")
    await helm(scene.plane, "uninstall", "vidra", "-n", OWN)
    await scene.plane.kubectl("delete", "infrahubsync", "webservers", "--wait=false")
    await scene.until(SYNCS, "webservers", lambda item: "deletionTimestamp" in item["metadata"])
    before = await web(scene)
    await reader.follow("uninstall.md", "What `helm uninstall` alone does")
    await scene.until_gone(SYNCS, "webservers")
    assert before is not None
    assert await web(scene) == before
    await reader.follow("uninstall.md", "The rest")
