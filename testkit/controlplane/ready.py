"""Wait until a part of the control plane does its work."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp

from testkit.controlplane.errors import ControlPlaneError
from testkit.controlplane.program import Program
from testkit.patience import HANG

_POLL: Final = 0.05


async def until(check: Callable[[], Awaitable[bool]], program: Program, *, seconds: float = HANG) -> None:
    """Ask until the answer is yes; a refused connection is a no.

    Raises:
        ControlPlaneError: The program ended, or does not get there in a time that suffices on a slow machine.
    """
    try:
        async with asyncio.timeout(seconds):
            while not await _yes(check):
                program.must_run()
                await asyncio.sleep(_POLL)
    except TimeoutError:
        raise ControlPlaneError(
            f"{program.name} is not ready after {seconds:.0f} s. The last lines of its log:\n{program.tail()}"
        ) from None


async def _yes(check: Callable[[], Awaitable[bool]]) -> bool:
    try:
        return await check()
    except aiohttp.ClientError:
        return False
