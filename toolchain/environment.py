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

_TAIL: Final = 12
_SUITS: Final = "import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= {newest})"


class Environment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A Python with the packages of a lock file.

    It is made under another name than it has in the end: run its modules (``bin/python -m``), not its scripts, which
    name the Python of their making.

    Attributes:
        name: What the folder is called.
        version: The version of the package that it is for.
        module: The folder with the lock file.
        usually: How long installing takes, for who waits.
        newest: The newest Python that it works with.
    """

    name: str
    version: str
    module: str
    usually: str
    newest: tuple[int, int] = (3, 12)

    def make(self, to: Path) -> None:
        """Install it into the path.

        Raises:
            BinariesError: There is no Python for it, or a package cannot be had.
        """
        with heartbeat(f"installing {self.name} {self.version}", usually=self.usually):
            self._run([_python(self.name, self.newest), "-m", "venv", str(to)])
            pip = [str(to / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
            lock = place(self.module) / "requirements.txt"
            self._run([*pip, "--require-hashes", "--only-binary=:all:", "-r", str(lock)])

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


def infrahub_server() -> Environment:
    """Return the server of Infrahub, with its SDK and its task manager."""
    return _locked("infrahub-server", usually="2 minutes")


def mkdocs() -> Environment:
    """Return what builds the site: MkDocs with its theme."""
    return _locked("mkdocs", usually="20 seconds", newest=(3, 14))


def pyinstaller() -> Environment:
    """Return what packs the command line into a program, with what that consists of."""
    return _locked("pyinstaller", usually="20 seconds", newest=(3, 14))


def _locked(package: str, *, usually: str, newest: tuple[int, int] = (3, 12)) -> Environment:
    """What the folder of the same name locks."""
    lock = (place(package) / "requirements.txt").read_text()
    pinned = re.search(rf"^{package}==([^\s;]+)", lock, re.MULTILINE)
    assert pinned, f"the lock file pins no {package}"
    return Environment(name=package, version=f"v{pinned.group(1)}", module=package, usually=usually, newest=newest)


def _python(what: str, newest: tuple[int, int]) -> str:
    """The Python of this run if it suits, else the newest that does."""
    for name in (sys.executable, "python3.12", "python3.11"):
        found = shutil.which(name)
        ask = [found or "", "-c", _SUITS.format(newest=newest)]
        if found and not subprocess.run(ask, capture_output=True, check=False).returncode:  # noqa: S603
            return found
    raise BinariesError(
        f"{what} needs Python 3.11 or 3.12 with venv and pip, and there is none on the path: install one (Debian 12: "
        "apt install python3 python3-venv), and try again."
    )
