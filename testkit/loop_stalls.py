"""Notices when code of Vidra keeps the event loop to itself: nothing else happens meanwhile, not even a renewal.

A step of a task, from one await to the next, is measured in the CPU time of its thread, because a busy machine keeps
everybody off the clock; and that is compared with what known work takes on the same thread in the same moment, because
a busy machine stretches CPU time too. Nothing here is a number of seconds: the verdict is how many pieces of known work
(`testkit.pace`) a step was.

Most steps are over before a piece would be, and cost nothing more than reading a clock. One that would be too long by
the fastest piece ever seen in this process is suspect, and only then known work is done, at once. The slower it is now,
the longer the step may have been; so what is reported is long on any machine, and what is far too long is on none
overlooked.
"""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vidra
from testkit.pace import piece_takes

LONGEST = 250
"""Pieces of known work that one step of a task may be: about a tenth of a second where nothing else runs.

The longest that are fine are a quarter of it, and beside other work step and pieces differ by as much as a factor of
three, because neighbours do not slow both alike.
"""

_SOURCE = str(Path(vidra.__file__).parent)
_TESTING = str(Path(__file__).parent)
_HANDLE: Any = asyncio.Handle
_RUN = _HANDLE._run


@contextmanager
def stalls() -> Iterator[list[str]]:
    """Watch the event loops of this process while the context lasts; gives what took too long, as it happens.

    Garbage collection does not count: most of what it looks through here belongs to the tests. Of two contexts one
    inside the other only the inner one sees anything.
    """
    found: list[str] = []
    collecting, fastest = _Collecting(), piece_takes()

    def timed(handle: asyncio.Handle) -> None:
        nonlocal fastest
        collected, before = collecting.seconds, time.thread_time()
        _RUN(handle)
        took = time.thread_time() - before - (collecting.seconds - collected)
        if took > LONGEST * fastest and (what := _task_of_vidra(handle)):
            now = piece_takes()
            fastest = min(fastest, now)
            if took > LONGEST * now:
                found.append(f"{what}: {took / now:.0f} pieces of known work, of {now * 1000:.2f} ms each now")

    gc.callbacks.append(collecting)
    outer, _HANDLE._run = _HANDLE._run, timed
    try:
        yield found
    finally:
        _HANDLE._run = outer
        gc.callbacks.remove(collecting)


class _Collecting:
    """CPU seconds that garbage collections took so far."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._began = 0.0

    def __call__(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.thread_time()
        else:
            self.seconds += time.thread_time() - self._began


def _task_of_vidra(handle: asyncio.Handle) -> str:
    """The name of the task whose step it was, if it runs code of Vidra itself; else nothing."""
    callback: Any = getattr(handle, "_callback", None)
    task = getattr(callback, "__self__", None)
    if not isinstance(task, asyncio.Task):
        return ""
    code = getattr(task.get_coro(), "cr_code", None)
    file = code.co_filename if code else ""
    ours = file.startswith(_SOURCE) and not file.startswith(_TESTING)
    return f"{task.get_name()} ({getattr(task.get_coro(), '__qualname__', file)})" if ours else ""
