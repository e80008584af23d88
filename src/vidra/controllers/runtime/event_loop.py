"""Keeps the event loop free: large texts are processed in a thread, many objects in steps.

For small ones either would cost more than it saves.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LARGE = 64 << 10
"""Bytes. To parse this much YAML takes about as long as the loop may be blocked (50 ms)."""


MANY = 500
"""Objects; to process so many takes some milliseconds."""


async def yield_to_loop(count: int) -> None:
    """Let other tasks run between two steps of work on so many objects."""
    if count >= MANY:
        await asyncio.sleep(0)


async def run_in_thread_if_large(size: int, work: Callable[[], T]) -> T:
    """The result of work on so many bytes, done in a thread if they are many."""
    return work() if size < LARGE else await asyncio.to_thread(work)
