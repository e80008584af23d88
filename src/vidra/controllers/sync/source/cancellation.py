"""Breaks a pass off when what it works for is no longer wanted: nobody waits for an Infrahub that hangs."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class PollOutdatedError(Exception):
    """The sync was changed, suspended or deleted meanwhile; its next pass is due already."""


class CancellablePolls:
    """The passes under way, by sync."""

    def __init__(self) -> None:
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    async def run(self, name: str, work: Coroutine[Any, Any, T]) -> T:
        """The result of a pass.

        Raises:
            PollOutdatedError: It was cancelled, and no write of it is under way any more
                (`vidra.kube.uncancelled_write`). What it had written stays, and is right: it may end at any point.
        """
        task: asyncio.Task[T] = asyncio.create_task(work, name=f"pass of {name}")
        self._tasks[name] = task
        try:
            return await task
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is None or current.cancelling():
                raise
            raise PollOutdatedError from None
        finally:
            del self._tasks[name]

    def cancel(self, name: str) -> None:
        """End the pass of this sync, if there is one."""
        task = self._tasks.get(name)
        if task is not None and not task.cancelling():  # a second time would not wait for a write
            task.cancel()
