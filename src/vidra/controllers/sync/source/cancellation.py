"""Cancels a poll whose result is no longer wanted: an Infrahub that hangs must not block the next reconcile."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

from vidra.controllers.sync.state import SyncState

T = TypeVar("T")


class PollOutdatedError(Exception):
    """The sync was changed, suspended or deleted meanwhile; it is enqueued already."""


async def run_cancellable(state: SyncState, work: Coroutine[Any, Any, T]) -> T:
    """The result of a poll.

    Raises:
        PollOutdatedError: It was cancelled, and none of its writes is running any more
            (`vidra.kube.uncancelled_write`). What it has written stays and is right: a poll may end at any point.
    """
    task: asyncio.Task[T] = asyncio.create_task(work, name="poll")
    state.polling = task
    try:
        return await task
    except asyncio.CancelledError:
        current = asyncio.current_task()
        if current is None or current.cancelling():
            raise
        raise PollOutdatedError from None
    finally:
        state.polling = None


def cancel_poll(state: SyncState) -> None:
    """Cancel the running poll of a sync, if there is one."""
    task = state.polling
    if task is not None and not task.cancelling():  # a second cancel would not wait for a write
        task.cancel()
