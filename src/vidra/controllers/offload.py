"""Keeps the event loop free: work on large texts goes to a thread, on small ones a thread would cost more."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

LARGE = 64 << 10
"""Bytes. Reading this much YAML takes about as long as the loop may be held up (50 ms)."""


async def unhurried(size: int, work: Callable[[], T]) -> T:
    """The result of work on so many bytes."""
    return work() if size < LARGE else await asyncio.to_thread(work)
