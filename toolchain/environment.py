"""A virtual environment from a lock file, for a program whose libraries must not meet those of Vidra."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import msgspec

from toolchain.errors import BinariesError
from toolchain.modules import place
from toolchain.progress import heartbeat
from toolchain.unpacked_python import make_environment

_TAIL: Final = 12
OLDEST: Final = "1.4"
INFRAHUBS: Final = {OLDEST: "infrahub-server", "1.11": "infrahub-server-1.11"}
"""Releases of Infrahub that tests run with, each with the module that has its lock file."""


class Environment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A Python with the packages of a lock file.

    It is made under another name than it has in the end: run its modules (``bin/python -m``), not its scripts, which
    name the Python of their making.

    Attributes:
        name: What the folder is called.
        version: The version of the package that it is for.
        module: The folder with the lock file.
        usually: How long installing takes, for who waits.
        oldest: The oldest Python that it works with; where there is none as new as 3.12, one is unpacked.
        newest: The newest.
    """

    name: str
    version: str
    module: str
    usually: str
    oldest: tuple[int, int] = (3, 11)
    newest: tuple[int, int] = (3, 12)

    def make(self, to: Path) -> None:
        """Install it into the path.

        Raises:
            BinariesError: There is no Python for it, or a package cannot be had.
        """
        with heartbeat(f"installing {self.name} {self.version}", usually=self.usually):
            pip = [*self._pip(to), "install", "--quiet", "--disable-pip-version-check"]
            lock = place(self.module) / "requirements.txt"
            self._run([*pip, "--require-hashes", "--only-binary=:all:", "-r", str(lock)])

    def _pip(self, to: Path) -> list[str]:
        """Make it without packages; gives the command that is its pip."""
        if found := _python(self.oldest, self.newest):
            self._run([found, "-m", "venv", str(to)])
            return [str(to / "bin" / "python"), "-m", "pip"]
        if self.oldest > (3, 11):
            return make_environment(to)
        raise BinariesError(
            f"{self.name} needs Python 3.11 or 3.12 with venv and pip, and there is none on the path: install one "
            "(Debian 12: apt install python3 python3-venv), and try again."
        )

    def _run(self, command: list[str]) -> None:
        ran = subprocess.run(  # noqa: S603 — the command is made here
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if ran.returncode:
            tail = "\n".join(ran.stdout.splitlines()[-_TAIL:])
            raise BinariesError(
                f"{self.name} could not be installed: look at the last lines below, and check that pip reaches its "
                f"package index and that the disk has 2 GB left.\n{tail}"
            )


def infrahub_server(release: str = OLDEST) -> Environment:
    """Return the server of an Infrahub, with its SDK and its task manager.

    Raises:
        BinariesError: Nothing is known of this release.
    """
    if release not in INFRAHUBS:
        raise BinariesError(f"Nothing is known of Infrahub {release}: choose one of {', '.join(INFRAHUBS)}.")
    if release == OLDEST:
        return _locked("infrahub-server", usually="2 minutes")
    module = INFRAHUBS[release]
    return _locked("infrahub-server", module=module, usually="2 minutes", oldest=(3, 12), newest=(3, 14))


def mkdocs() -> Environment:
    """Return what builds the site: MkDocs with its theme."""
    return _locked("mkdocs", usually="20 seconds", newest=(3, 14))


def pyinstaller() -> Environment:
    """Return what packs the command line into a program, with what that consists of."""
    return _locked("pyinstaller", usually="20 seconds", newest=(3, 14))


def _locked(
    package: str,
    *,
    usually: str,
    module: str = "",
    oldest: tuple[int, int] = (3, 11),
    newest: tuple[int, int] = (3, 12),
) -> Environment:
    """What the folder of the same name locks, or another one."""
    module = module or package
    lock = (place(module) / "requirements.txt").read_text()
    pinned = re.search(rf"^{package}==([^\s;]+)", lock, re.MULTILINE)
    assert pinned, f"the lock file pins no {package}"
    version = f"v{pinned.group(1)}"
    return Environment(name=package, version=version, module=module, usually=usually, oldest=oldest, newest=newest)


def _python(oldest: tuple[int, int], newest: tuple[int, int]) -> str | None:
    """The Python of this run if it suits, else the newest that does; None where none does."""
    suits = f"import sys, venv, ensurepip; sys.exit(not {oldest} <= sys.version_info[:2] <= {newest})"
    for name in (sys.executable, "python3.14", "python3.13", "python3.12", "python3.11"):
        found = shutil.which(name)
        if found and not subprocess.run([found, "-c", suits], capture_output=True, check=False).returncode:  # noqa: S603
            return found
    return None
