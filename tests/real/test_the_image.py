"""What ships, started as the chart starts it: nobody's user, nothing to write to, and no more in it than is needed."""

import base64
import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from testkit import charts
from testkit.controlplane import ControlPlane
from testkit.environment import Scene, connection_to
from testkit.infrahub import StandIn
from testkit.objects import config_map
from testkit.parts.chart import CHART, IMAGE
from testkit.parts.helm import helm
from testkit.parts.image import contained, inside
from toolchain.errors import BinariesError
from toolchain.rootfs import make_rootfs
from vidra.kube.client import Client
from vidra.manifests.write import write
from vidra.render.wire import PROTOCOL

OWN = "vidra-system"
MEGABYTES = 290
"""What the file system may take, uncompressed."""


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The image's file system."""
    root = tmp_path_factory.mktemp("image") / "root"
    try:
        make_rootfs(root)
    except BinariesError as error:
        pytest.fail(str(error))
    root.parent.parent.chmod(0o755)
    root.parent.chmod(0o755)
    return root


def run(root: Path, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*inside(root, folder), *command], capture_output=True, text=True, check=False)


def test_it_starts_as_nobody_and_can_write_nowhere(root: Path, tmp_path: Path) -> None:
    told = run(root, tmp_path, "vidra", "operator", "--help")
    assert told.returncode == 0, told.stderr
    assert "--leader-elect" in told.stdout
    attempt = "import os, pathlib; print(os.getuid()); pathlib.Path('/tmp/x').write_text('')"
    wrote = run(root, tmp_path, "python3", "-c", attempt)
    assert wrote.stdout == "65532\n"
    assert "Read-only file system" in wrote.stderr


def test_there_is_neither_compiler_nor_pip_nor_anything_of_the_tests(root: Path) -> None:
    names = {path.name for path in files(root)}
    assert not {"gcc", "cc", "ld", "make", "pip", "pip3", "ensurepip", "go", "git", "curl"} & names
    assert not (root / "opt" / "vidra" / "lib" / "vidra" / "testing").exists()
    assert (root / "opt/vidra/lib/vidra/ui/page/index.html").is_file()
    assert os.access(root / "opt/vidra/bin/vidra-render", os.X_OK)
    assert sum(path.lstat().st_size for path in files(root)) < MEGABYTES * 1_000_000


def test_charts_are_rendered_in_there_and_reach_nothing(root: Path, tmp_path: Path) -> None:
    def ask(**asked: object) -> dict[str, Any]:
        command = [*inside(root, tmp_path), "/opt/vidra/bin/vidra-render"]
        said = json.dumps({"protocol": PROTOCOL, **asked})
        done = subprocess.run(command, input=said, capture_output=True, text=True, check=True)
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    tried = ask(probe={"address": "127.0.0.1:9", "program": "/bin/true", "read": "/etc/passwd", "write": "/opt/x"})
    found = {what: said for what, said in tried["probed"].items() if what != "environment"}
    assert found
    assert all("operation not permitted" in said for said in found.values()), found
    files = {"kustomization.yaml": "resources: [a.yaml]", "a.yaml": charts.config_map("a")}
    coded = {path: base64.b64encode(text.encode()).decode() for path, text in files.items()}
    rendered = ask(kustomize={"files": coded})
    assert b"kind: ConfigMap" in base64.b64decode(rendered["text"])


def files(root: Path) -> Iterator[Path]:
    return (path for path in root.rglob("*") if path.is_symlink() or path.is_file())


@pytest.mark.usefixtures("charts")
async def test_it_does_the_main_job_as_the_chart_runs_it(root: Path, tmp_path: Path) -> None:
    async with ControlPlane(controllers=False) as plane, StandIn() as infrahub:
        await helm(plane, "install", "vidra", str(CHART), "-n", OWN, "--create-namespace", "--set", IMAGE)
        client = Client(connection_to(plane))
        scene = Scene(plane, client, infrahub, OWN)
        await scene.credentials()
        process = await contained(plane, tmp_path, root, OWN)
        await process.start()
        await process.ready()
        infrahub.add_artifact("Web", write([config_map("box", "default", colour="red")]))
        await scene.until_sync(await scene.sync("Web"))
        assert await scene.get(await scene.kind("v1", "ConfigMap"), "box", namespace="default")
        assert await process.terminate() == 0
        assert "Traceback" not in process.text()
        await client.close()
