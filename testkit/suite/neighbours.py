"""Other work for the machine that tests run on: it wants all of it, and ends with whoever wanted it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

BUSY: Final = 4
"""Loops that each want a core."""

_LAUNCH: Final = Path(__file__).parents[1] / "controlplane" / "launch.py"
_BUSY: Final = "while True: pass"
_WRITES: Final = """
import os, tempfile
with tempfile.TemporaryFile() as file:  # which has no name, so nothing of it stays
    while True:
        for _ in range(64):
            file.write(os.urandom(1 << 20) * 4)
            file.flush()
            os.fsync(file.fileno())
        file.seek(0)
"""


@contextmanager
def neighbours() -> Iterator[None]:
    """Four busy loops and a writer to the disk, while the context lasts or this process lives."""
    running = [_started(work) for work in (*[_BUSY] * BUSY, _WRITES)]
    try:
        yield
    finally:
        for each in running:
            each.kill()
            each.wait()


def _started(work: str) -> subprocess.Popen[bytes]:
    launch = (sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid()))
    return subprocess.Popen(  # noqa: S603 — the command is made here
        (*launch, sys.executable, "-I", "-S", "-c", work),
        stdin=subprocess.DEVNULL,
        start_new_session=True,  # Ctrl-C is for the tests, and these end with them
    )
