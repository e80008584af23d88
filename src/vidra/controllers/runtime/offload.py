"""Keeps the event loop free: work on large texts goes to a thread, work on many objects is done in steps.

On small ones either would cost more than it gives.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LARGE = 64 << 10
"""Bytes. Reading this much YAML takes about as long as the loop may be held up (50 ms)."""


MANY = 500
"""Objects; what is done for so many takes some milliseconds."""


async def yield_to_loop(count: int) -> None:
    """Let others have the event loop between two steps of work on so many objects."""
    if count >= MANY:
        await asyncio.sleep(0)


async def run_in_thread_if_large(size: int, work: Callable[[], T]) -> T:
    """The result of work on so many bytes."""
    return work() if size < LARGE else await asyncio.to_thread(work)
