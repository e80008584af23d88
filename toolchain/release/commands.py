"""Run a program whose failure is the end of a release."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from toolchain.release.errors import ReleaseError

_TAIL = 15


def run(*command: str, at: Path | None = None, **environment: str) -> str:
    """Return what it printed.

    Raises:
        ReleaseError: It failed; the message ends with its last lines.
    """
    ran = subprocess.run(  # noqa: S603 — the commands are those of this package
        command, cwd=at, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        tail = "\n".join((ran.stdout + ran.stderr).splitlines()[-_TAIL:])
        raise ReleaseError(f"{' '.join(command[:4])} … failed:\n{tail}")
    return ran.stdout
