"""The tests once: everything they say is passed on, and what came of them is kept."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

_LAUNCH: Final = Path(__file__).parents[1] / "controlplane" / "launch.py"


class Outcome(msgspec.Struct, frozen=True):
    """What came of one run."""

    code: int
    """pytest's exit code."""
    last: str
    """The last line that it wrote."""
    seconds: float
    """By the clock."""
    cpu: float
    """Seconds of CPU, of pytest and everything that it started and saw the end of."""
    load: float
    """The machine's load at the end: how many wanted a core, over the last minute."""


def once(arguments: Sequence[str]) -> Outcome:
    """Run pytest to its end; Ctrl-C and a kill of this process end it too, with all that it started."""
    # What a shell runs in its background is deaf to it, and so would pytest be.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    began, before = time.monotonic(), _spent()
    launch = (sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid()))
    colour = ("--color=yes",) if sys.stdout.isatty() else ()
    command = (*launch, sys.executable, "-u", "-P", "-m", "pytest", *colour, *arguments)
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment()) as running:  # noqa: S603 — the command is made here
        handler = signal.signal(signal.SIGTERM, lambda *_: running.send_signal(signal.SIGINT))
        try:
            last = _passed_on(running)
        finally:
            signal.signal(signal.SIGTERM, handler)
    return Outcome(running.returncode, last, time.monotonic() - began, _spent() - before, os.getloadavg()[0])


def _environment() -> dict[str, str]:
    """This process's own, but with compiled modules kept.

    Every worker and every program that a test starts imports the same modules. Where the folders of the sources are to
    stay as they are (``PYTHONDONTWRITEBYTECODE``), each would compile them again: what was compiled is kept beside
    the virtual environment instead.
    """
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {"PYTHONPYCACHEPREFIX": str(Path(sys.prefix) / "pycache"), **kept}


def _passed_on(running: subprocess.Popen[bytes]) -> str:
    """Pass on what it says, letter by letter, until it ends; gives the last line."""
    assert running.stdout is not None
    said = b""
    while True:
        try:
            piece = os.read(running.stdout.fileno(), 1 << 16)
        except KeyboardInterrupt:  # pytest has heard it too, and clears up
            continue
        if not piece:
            lines = [line.strip(" =") for line in said.decode(errors="replace").splitlines() if line.strip(" =")]
            return lines[-1] if lines else ""
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        said = (said + piece)[-4096:]


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
