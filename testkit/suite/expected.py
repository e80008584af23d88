"""About how long something takes on this machine: as the last time, else from its cores and how fast they are now."""

from __future__ import annotations

import os
from typing import Final

import msgspec

from testkit.pace import piece_takes
from toolchain import cache, renderer
from toolchain.find import absent

PROGRAMS: Final = 1_100.0
"""Seconds of CPU that building the programs of a control plane takes where a piece of known work takes `PIECE`."""
RENDERER: Final = 330.0
"""The same of the program that renders charts and overlays."""
SUITE: Final = 850.0
"""The same of the tests."""
DEMO: Final = 60.0
"""The same of the demo; most of it is the start of its control plane."""
PIECE: Final = 0.000_45
"""Seconds; see `testkit.pace`."""


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0))


def programs() -> str:
    """What has to be made first, and how long that takes; empty when nothing has."""
    return " ".join(filter(None, (_controlplane(), _renderer())))


def _controlplane() -> str:
    if not (names := absent()):
        return ""
    return (
        f"{', '.join(names)} are not here yet and come first, once: downloaded within a minute or two, or, where that "
        f"is not possible, built from source in about {_about(PROGRAMS * len(names) / 4, cores())}."
    )


def _renderer() -> str:
    if not renderer.absent():
        return ""
    return f"{renderer.NAME} is not here yet and is built from source, once, in about {_about(RENDERER, cores())}."


def demo() -> str:
    """How long the demo takes, with the start of its control plane."""
    return f"in about {_about(DEMO, cores())}"


def tests(jobs: int, *, loaded: bool) -> str:
    """How long all tests take, told from what is known."""
    if last := _known().get(_key(jobs, loaded)):
        return f"about {_minutes(last)}, as the last time here"
    others = 3.0 if loaded else 1.0
    return f"about {_about(SUITE * others, min(cores(), jobs))}, by the cores of this machine and how fast they are now"


def took(seconds: float, jobs: int, *, loaded: bool) -> None:
    """Remember how long all tests took."""
    known = {**_known(), _key(jobs, loaded): seconds}
    path = cache.home() / "tests.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(msgspec.json.encode(known))


def _known() -> dict[str, float]:
    try:
        return msgspec.json.decode((cache.home() / "tests.json").read_bytes(), type=dict[str, float])
    except (OSError, msgspec.DecodeError):
        return {}


def _key(jobs: int, loaded: bool) -> str:
    return f"{jobs} of {cores()}{' loaded' if loaded else ''}"


def _about(cpu: float, workers: int) -> str:
    return _minutes(cpu / workers * max(1.0, piece_takes() / PIECE))


def _minutes(seconds: float) -> str:
    minutes = max(1, round(seconds / 60))
    return "a minute" if minutes == 1 else f"{minutes} minutes"
