"""Run Go, or a program that runs Go, where a module is pinned; nothing but the pins is believed."""

import os
import subprocess
from pathlib import Path
from typing import Final

from toolchain.errors import BinariesError
from toolchain.go import go
from toolchain.modules import go_version, place
from toolchain.progress import heartbeat

_TAIL: Final = 12
_PINNED: Final = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}


def run(command: tuple[str, ...], *, module: str, doing: str, usually: str, failed: str, otherwise: str) -> str:
    """Return what the command wrote to standard output; ``go`` is one that is new enough for the module.

    Raises:
        BinariesError: It failed; the message ends with its last lines.
    """
    toolchain = go(go_version(module))
    program = str(toolchain) if command[0] == "go" else command[0]
    with heartbeat(doing, usually=usually):
        ran = subprocess.run(  # noqa: S603 — the command is made here
            [program, *command[1:]],
            cwd=place(module),
            env=os.environ | _PINNED | {"PATH": _path(toolchain)},
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            raise BinariesError(_advice(failed, otherwise, ran.stdout + ran.stderr))
    return ran.stdout


def _path(toolchain: Path) -> str:
    return f"{toolchain.parent}{os.pathsep}{os.environ.get('PATH', '')}"


def _advice(failed: str, otherwise: str, output: str) -> str:
    tail = "\n".join(output.splitlines()[-_TAIL:])
    return (
        f"{failed}: look at the last lines below, check that your Go module proxy answers and that the disk has 5 GB "
        f"left, or {otherwise}.\n{tail}"
    )
