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
            if await found if inspect.isawaitable(found) else found:
                return
            await asyncio.sleep(0.01)
