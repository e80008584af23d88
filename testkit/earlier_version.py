"""Vidra as it was at an earlier commit: its source from the history of this checkout, with the packages of its lock."""

from __future__ import annotations

import asyncio
import io
import sys
import tarfile
from pathlib import Path

from testkit.controlplane import ControlPlane, Finished
from testkit.controlplane.kubectl import kubectl
from testkit.process import OperatorProcess

_CHECKOUT = Path(__file__).parents[1]


class NotInHistoryError(Exception):
    """The commit is not to be had; the message says what to do."""


class NotInstallableError(Exception):
    """The packages that its lock names are not to be had."""


class EarlierVersion:
    """The package of one commit.

    Args:
        source: The folder that holds it, as `unpacked` gives it.
        python: The Python of an environment with what its lock names.
    """

    def __init__(self, source: Path, python: Path) -> None:
        self.program = ("/usr/bin/env", f"PYTHONPATH={source}", str(python), "-m", "vidra")

    def operator(self, plane: ControlPlane, folder: Path) -> OperatorProcess:
        """Its operator, over a control plane."""
        return OperatorProcess(folder, environment={"KUBECONFIG": str(plane.kubeconfig)}, program=self.program)

    async def command(self, plane: ControlPlane, *args: str) -> Finished:
        """Run one of its commands as the administrator.

        Raises:
            KubectlError: It failed.
        """
        program, *first = self.program
        return await kubectl(Path(program), plane.kubeconfig, *first, *args)


async def unpacked(commit: str, folder: Path) -> EarlierVersion:
    """The package as it was at a commit, in `src` of a folder, and what it needs in an environment beside it.

    Raises:
        NotInHistoryError: This is no clone with the whole history.
        NotInstallableError: What it needs is not to be had.
    """
    git = await asyncio.create_subprocess_exec(
        *("git", "-C", str(_CHECKOUT), "archive", commit, "src", "requirements/runtime.txt"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    archive, said = await git.communicate()
    if git.returncode:
        raise NotInHistoryError(
            f"Vidra as it was at {commit} is needed, and this checkout has no such commit: run "
            f"git fetch --unshallow in a clone of the repository (git says: {said.decode().strip()})"
        )
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(folder, filter="data")
    python = folder / "environment" / "bin" / "python"
    await _run(sys.executable, "-m", "venv", str(python.parents[1]))
    locked = ("--require-hashes", "--only-binary=:all:", "-r", str(folder / "requirements" / "runtime.txt"))
    await _run(str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *locked)
    return EarlierVersion(folder / "src", python)


async def _run(*command: str) -> None:
    running = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT
    )
    said, _ = await running.communicate()
    if running.returncode:
        raise NotInstallableError(f"{' '.join(command)} failed: {said.decode(errors='replace').strip()}")
