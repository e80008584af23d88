"""Writes that are not abandoned: whoever is cancelled while one is under way goes when it has been answered.

Invariant: a request that was cancelled may still be carried out, so that nothing that follows (another pass over the
same resource, its deletion, another replica's work) may begin before its answer is here, or is known not to come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


async def finish(write: Callable[[], Coroutine[Any, Any, T]], under_way: set[asyncio.Task[T]]) -> T:
    """The answer to a write, also for one who is cancelled meanwhile: the cancellation counts from then on.

    So whoever wrote can note what it came to before the end; the next thing that it waits for ends it. A second
    cancellation does not wait. The write's own time-out bounds all of this.

    Args:
        under_way: Where the write is noted until then.
    """
    # One that came before counts before anything is sent.
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
    """Have the cancellation that was caught strike once more, and count once."""
    task = asyncio.current_task()
    assert task is not None
    task.uncancel()
    task.cancel()
