"""Notices when code of Vidra keeps the event loop to itself: nothing else happens meanwhile, not even a renewal."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import vidra

LONGEST = 0.05
"""Seconds of CPU that one step of a task may take. Not of the clock: a busy machine stalls everybody."""

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
    collecting = _Collecting()

    def timed(handle: asyncio.Handle) -> None:
        collected, before = collecting.seconds, time.thread_time()
        _RUN(handle)
        took = time.thread_time() - before - (collecting.seconds - collected)
        if took > LONGEST and (what := _task_of_vidra(handle)):
            found.append(f"{what}: {took * 1000:.0f} ms")

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
