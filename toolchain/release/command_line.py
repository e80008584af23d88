"""``python -m toolchain.release.command_line [FOLDER]``: pack the command line as a program that needs no Python.

For the platform of this machine alone: the workflow runs it on one of each. krew installs it as ``kubectl vidra``.
"""

from __future__ import annotations

import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from toolchain.environment import pyinstaller
from toolchain.errors import BinariesError
from toolchain.keep import kept
from toolchain.page import build
from toolchain.progress import say
from toolchain.release.commands import run
from toolchain.release.errors import ReleaseError
from toolchain.release.krew import PROGRAM
from toolchain.release.stamp import current

ROOT: Final = Path(__file__).parents[2]
_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


def pack(to: Path) -> Path:
    """Return the archive: a folder with the program and its libraries, which starts without unpacking anything.

    Raises:
        BinariesError: What packs it cannot be had.
        ReleaseError: It cannot be packed.
    """
    python, page = kept(pyinstaller()) / "bin" / "python", build()
    system, arch = platform.system().lower(), _ARCHITECTURES[platform.machine()]
    archive = to / f"{PROGRAM}-{current(ROOT).semantic}-{system}-{arch}.tar.gz"
    with tempfile.TemporaryDirectory() as folder:
        run(
            *(str(python), "-m", "PyInstaller", "--noconfirm", "--onedir", "--name", PROGRAM, "--log-level", "WARN"),
            *("--paths", str(ROOT / "src"), "--collect-submodules", "vidra", "--add-data", f"{page}:vidra/ui/page"),
            *("--distpath", folder, "--workpath", f"{folder}/work", "--specpath", f"{folder}/work"),
            str(ROOT / "src/vidra/__main__.py"),
            PYTHONPATH=str(ROOT / "src"),  # to list the commands, which are imported by name
        )
        _starts(Path(folder) / PROGRAM / PROGRAM)
        run("tar", "-C", folder, "-czf", str(archive), PROGRAM)
    return archive


def _starts(program: Path) -> None:
    """A program that lacks a part often says so only when it starts."""
    ran = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 — made here
    if ran.returncode or current(ROOT).python not in ran.stdout:
        raise ReleaseError(f"{program.name} was packed, and does not start: {ran.stdout}{ran.stderr}")


def main() -> int:
    """Print the archive; the exit code."""
    to = Path(*(sys.argv[1:] or ["build"])).absolute()
    to.mkdir(parents=True, exist_ok=True)
    try:
        sys.stdout.write(f"{pack(to)}\n")
    except (BinariesError, ReleaseError) as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
