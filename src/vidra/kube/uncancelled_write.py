"""Writes that are never abandoned: a task that is cancelled during a write ends only after the answer.

Invariant: a cancelled request may still be executed. So nothing that follows (another reconcile of the same resource,
its deletion, another replica's work) may begin before the answer arrived, or certainly will not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finish(write: Callable[[], Coroutine[Any, Any, T]], under_way: set[asyncio.Task[T]]) -> T:
    """The answer to a write, even if the caller is cancelled meanwhile; the cancellation takes effect after it.

    So the caller can record the result first; the next thing that it awaits raises the cancellation. A second
    cancellation does not wait. The write's own timeout limits all of this.

    Args:
        under_way: Where the write is registered until then.
    """
    # A cancellation from before takes effect before anything is sent.
    await asyncio.sleep(0)
    sent = asyncio.create_task(write())
    under_way.add(sent)
    sent.add_done_callback(under_way.discard)
    try:
        await asyncio.wait({sent})
    except asyncio.CancelledError:
        await asyncio.wait({sent})
        _cancel_again()
    finally:
        sent.cancel()
    return sent.result()


def _cancel_again() -> None:
    """Raise the caught cancellation again at the next await, and count it once."""
    task = asyncio.current_task()
    assert task is not None
    task.uncancel()
    task.cancel()
