"""Does something only if other work is slow: a state that lasts a moment is not worth a write."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import msgspec
import structlog

from vidra.kube.errors import KubeError

log = structlog.get_logger("vidra.runtime")

SHOWN_AFTER = 1.0
"""Seconds after which a status shows that something is under way. Most work is done by then, and one status and one
Event tell it all: a state that lasts a moment is no news to anybody."""


class Postponed(msgspec.Struct, frozen=True, kw_only=True):
    """Something that is not written yet."""

    until: float
    """When it is written in any case, by the event loop's clock."""

    @property
    def left(self) -> float:
        """Seconds until then; 0 after that."""
        return max(0.0, self.until - asyncio.get_running_loop().time())


def shown_at() -> float:
    """When something that begins now is shown, by the event loop's clock."""
    return asyncio.get_running_loop().time() + SHOWN_AFTER


@asynccontextmanager
async def run_if_slow(seconds: float, action: Callable[[], Awaitable[None]]) -> AsyncIterator[None]:
    """Call the action once if the context lasts longer than so many seconds.

    Invariant: the action is over when the context is, so that what it writes never comes after what the context ends
    with. If it fails, the context does not: it is only about what is shown meanwhile.
    """
    running: list[asyncio.Task[None]] = []

    async def act() -> None:
        try:
            await action()
        except KubeError as error:
            log.warning("progress was not written", error=str(error))

    timer = asyncio.get_running_loop().call_later(seconds, lambda: running.append(asyncio.create_task(act())))
    try:
        yield
    finally:
        timer.cancel()
        for task in running:
            await task
