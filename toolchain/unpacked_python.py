"""A Python that this system does not have: unpacked from the packages of a newer Debian, and not installed.

Its programs name a loader and libraries below `/`, where others are. So they are started by the loader beside them, and
the copy in a virtual environment is told where that is.
"""

import subprocess
from pathlib import Path
from typing import Final

import msgspec

from toolchain.errors import BinariesError
from toolchain.keep import kept
from toolchain.package import Package
from toolchain.packages import need
from toolchain.progress import heartbeat

_SUITE: Final = "trixie"
_PYTHON: Final = "python3.13"
_PACKAGES: Final = (_PYTHON, f"{_PYTHON}-venv", f"lib{_PYTHON}", "python3-pip-whl")
_TAIL: Final = 12


class DebianRoot(msgspec.Struct, frozen=True, kw_only=True):
    """A folder with packages of a Debian, whose signatures mmdebstrap checks."""

    name: str = "debian"
    version: str = f"v{_SUITE}"
    module: str = ""
    packages: tuple[str, ...] = _PACKAGES

    def make(self, to: Path) -> None:
        """Unpack them into the path.

        Raises:
            BinariesError: They cannot be had.
        """
        need({"mmdebstrap": "mmdebstrap"})
        with heartbeat(f"unpacking {_PYTHON} of Debian {_SUITE}", usually="half a minute"):
            _run(
                "mmdebstrap",
                "--variant=extract",
                "--components=main",
                f"--include={','.join(self.packages)}",
                _SUITE,
                str(to),
            )


PATCHELF: Final = Package(
    name="patchelf", package="patchelf", programs=("patchelf",), otherwise="install Python 3.12 or newer"
)


def make_environment(to: Path) -> list[str]:
    """Make a virtual environment of that Python at the path; gives the command that is its pip.

    Raises:
        BinariesError: The Python cannot be had here.
    """
    root = kept(DebianRoot())
    (libraries,) = root.glob("usr/lib/*-linux-gnu")
    loader = next(libraries.glob("ld-linux-*.so.*"))
    there = (str(loader), "--library-path", str(libraries), str(root / "usr" / "bin" / _PYTHON))
    _run(*there, "-m", "venv", "--without-pip", "--copies", str(to))
    for name in ("python", "python3", _PYTHON):
        own = to / "bin" / name
        if own.exists() and not own.is_symlink():
            patchelf = str(kept(PATCHELF) / "patchelf")
            _run(patchelf, "--set-interpreter", str(loader), "--force-rpath", "--set-rpath", str(libraries), str(own))
    (pip,) = root.glob("usr/share/python-wheels/pip-*.whl")
    return [str(to / "bin" / "python"), f"{pip}/pip"]


def _run(*command: str) -> None:
    ran = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)  # noqa: S603
    if ran.returncode:
        tail = "\n".join(ran.stdout.splitlines()[-_TAIL:])
        raise BinariesError(
            f"{_PYTHON} could not be unpacked: look at the last lines below, or install Python 3.12 or newer.\n{tail}"
        )
