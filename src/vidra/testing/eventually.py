"""Waiting for what tells nobody when it happens."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable

from vidra.testing.patience import HANG


async def eventually(check: Callable[[], bool | Awaitable[bool]], seconds: float = HANG) -> None:
    """Look again and again until it is so.

    Raises:
        TimeoutError: It is not, in time.
    """
    async with asyncio.timeout(seconds):
        while True:
            found = check()
            asks = inspect.isawaitable(found)
            if await found if asks else found:
                return
            await asyncio.sleep(0.1 if asks else 0.01)  # what asks somebody costs him, too
