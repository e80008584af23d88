"""Something that runs by hand until Ctrl-C, as ``python -m`` starts it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager

from testkit.controlplane.errors import ControlPlaneError
from toolchain.errors import BinariesError
from toolchain.progress import say

Standing = AbstractAsyncContextManager[tuple[Iterable[str], str]]
"""While it lasts something runs; gives settings for a shell to read, and what to tell a person."""


def until_ctrl_c(standing: Standing) -> int:
    """Run it, print the settings on standard output, and wait; the exit code."""
    try:
        asyncio.run(_run(standing))
    except (BinariesError, ControlPlaneError) as error:
        say(str(error))
        return 1
    return 0


async def _run(standing: Standing) -> None:
    ended = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)
    async with standing as (settings, told):
        sys.stdout.writelines(f"export {setting}\n" for setting in settings)
        sys.stdout.flush()
        say(told)
        await ended.wait()
