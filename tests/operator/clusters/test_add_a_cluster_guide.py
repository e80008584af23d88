"""The guide "Add a cluster", followed to the letter; and its role is enough for the main job, and no more."""

import asyncio
import os
import re
import sys
from pathlib import Path

import msgspec
import pytest

from testkit.controlplane import ControlPlane
from testkit.environment import Json, condition, has_reason
from testkit.objects import config_map, secret
from testkit.remote import Remote
from toolchain.find import find
from vidra.manifests.write import write

PAGE = (Path(__file__).parents[3] / "docs" / "guides" / "add-a-cluster.md").read_text(encoding="utf-8")
SERVICE: Json = {
    "apiVersion": "v1",
    "kind": "Service",
    "metadata": {"name": "web"},
    "spec": {"ports": [{"port": 80}]},
}
DEPLOYMENT: Json = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "web"},
    "spec": {
        "selector": {"matchLabels": {"app": "web"}},
        "template": {
            "metadata": {"labels": {"app": "web"}},
            "spec": {"containers": [{"name": "web", "image": "web:1"}]},
        },
    },
}


class Reader:
    """Somebody at a terminal, who does what the guide says, section by section, in one shell session."""

    def __init__(self, folder: Path, home: ControlPlane, edge: ControlPlane) -> None:
        self._folder = folder
        self._said = ""
        self._environment = {**os.environ, "KUBECONFIG": str(folder / "kubeconfig"), "HOME": str(folder)}
        self._environment["PATH"] = f"{Path(sys.executable).parent}:{find()}:{os.environ['PATH']}"
        parts = [msgspec.yaml.decode(plane.kubeconfig.read_bytes()) for plane in (home, edge)]
        for name, part in zip(("home", "edge-1"), parts, strict=True):
            for items, inner in (("clusters", "cluster"), ("users", "user")):
                part[items][0]["name"] = name
                part["contexts"][0]["context"][inner] = name
            part["contexts"][0]["name"] = name
        merged = {key: [part[key][0] for part in parts] for key in ("clusters", "users", "contexts")}
        (folder / "kubeconfig").write_bytes(msgspec.yaml.encode({"apiVersion": "v1", "kind": "Config", **merged}))

    async def follow(self, section: int) -> str:
        """Run every block of a section; gives what was printed."""
        text = re.split(r"^## ", PAGE, flags=re.MULTILINE)[section]
        blocks = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
        assert blocks
        script = "set -euo pipefail\n" + "\n".join(blocks)
        if "SERVER=" not in script and "$SERVER" in script:
            script = f"SERVER={self._said}\n{script}"
        if "SERVER=" in script:
            script += '\necho "SERVER $SERVER"\n'
        shell = await asyncio.create_subprocess_exec(
            "bash",
            "-c",
            script,
            cwd=self._folder,
            env=self._environment,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        printed = (await shell.communicate())[0].decode()
        assert shell.returncode == 0, printed
        if found := re.search(r"^SERVER (\S+)$", printed, re.MULTILINE):
            self._said = found[1]
        return printed


@pytest.fixture
async def reader(remote: Remote, tmp_path: Path) -> Reader:
    """A reader with the contexts `home` and `edge-1`."""
    return Reader(tmp_path, remote.home.plane, remote.scene.plane)


@pytest.mark.occasional
async def test_the_guide_step_by_step(reader: Reader, remote: Remote) -> None:
    for section in (1, 2, 3):
        await reader.follow(section)
    assert "hello" in await reader.follow(4)
    await _the_main_job(remote)
    await reader.follow(5)
    name = await remote.resource(write([config_map("renewed")]))
    await remote.home.until_resource(name)
    await reader.follow(6)
    await _as_a_team(remote)
    await remote.end(name)
    await reader.follow(7)


async def _the_main_job(remote: Remote) -> None:
    """Objects come, change and go, drift is put back; a kind that the role does not have is refused by itself."""
    first = write([config_map("box", colour="red"), config_map("old"), SERVICE, DEPLOYMENT])
    name = await remote.resource(first, destination={"reconcileOnEvents": True})
    await remote.home.until_resource(name)
    configs, place = await remote.scene.kind("v1", "ConfigMap"), remote.scene.namespace
    await remote.scene.patch(configs, "box", {"data": {"colour": "blue"}}, namespace=place)
    await remote.scene.until(configs, "box", lambda item: bool(item["data"] == {"colour": "red"}), namespace=place)
    await remote.resource(write([config_map("box", colour="green"), SERVICE, DEPLOYMENT]), name=name)
    await remote.home.until_resource(name)
    assert await remote.box("old") is None
    await remote.resource(write([config_map("box", colour="white"), secret("hidden", word="xyzzy")]), name=name)
    resource = await remote.home.until_resource(name, has_reason("Forbidden"))
    assert "secrets" in condition(resource)["message"]
    assert (await remote.box() or {})["data"] == {"colour": "white"}
    await remote.end(name)
    assert await remote.box() is None


async def _as_a_team(remote: Remote) -> None:
    """The account that the guide names, which may have ConfigMaps in its namespace."""
    rbac = "rbac.authorization.k8s.io"
    deployer = {"name": "deployer", "namespace": "team-a"}
    for body in (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-a"}},
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": deployer},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "Role",
            "metadata": deployer,
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "create", "patch", "delete"]}],
        },
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "RoleBinding",
            "metadata": deployer,
            "roleRef": {"apiGroup": rbac, "kind": "Role", "name": "deployer"},
            "subjects": [{"kind": "ServiceAccount", **deployer}],
        },
    ):
        await remote.scene.apply(body)
    team: Json = {"serviceAccountName": "deployer", "serviceAccountNamespace": "team-a"}
    name = await remote.resource(destination={"namespace": "team-a"}, **team)
    await remote.home.until_resource(name)
    await remote.end(name)
