"""Waiting for what tells nobody when it happens."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable

from testkit.patience import HANG


async def eventually(check: Callable[[], bool | Awaitable[bool]], seconds: float = HANG) -> None:
    """Look again and again until it is so.

    Raises:
        TimeoutError: It is not, in time.
    """
    async with asyncio.timeout(seconds):
        while True:
            found, pause = check(), 0.01
            if inspect.isawaitable(found):
                found, pause = await found, 0.1  # to ask somebody costs more than to look
            if found:
                return
            await asyncio.sleep(pause)
