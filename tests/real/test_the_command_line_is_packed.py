"""The command line as a program that needs no Python: kubectl finds it, and it asks a cluster."""

import os
import tarfile
from pathlib import Path

import msgspec
import pytest

import vidra
from testkit.environment import Scene
from toolchain.find import find
from toolchain.release.command_line import ROOT, pack
from toolchain.release.commands import run
from toolchain.release.krew import krew_manifest
from toolchain.release.stamp import current


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What krew would download."""
    return pack(tmp_path_factory.mktemp("packed"))


async def test_kubectl_runs_it_as_krew_installs_it(archive: Path, anywhere: Scene, tmp_path: Path) -> None:
    manifest = krew_manifest(current(ROOT).semantic, [archive], "https://example.com")
    (platform,) = msgspec.yaml.decode(manifest)["spec"]["platforms"]
    with tarfile.open(archive) as packed:
        packed.extractall(tmp_path, filter="data")
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "kubectl-vidra").symlink_to(tmp_path / platform["bin"])
    kubectl, path = str(find() / "kubectl"), f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    kubeconfig = str(anywhere.plane.kubeconfig)

    def asked(*words: str) -> str:
        return run(kubectl, "vidra", *words, PATH=path, KUBECONFIG=kubeconfig, HOME=str(tmp_path))

    assert vidra.__version__ in asked("--version")
    assert "kubectl vidra" in asked("--help")
    assert asked("get", "isync", "-o", "json")
