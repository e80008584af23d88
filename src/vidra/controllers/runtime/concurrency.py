"""Limits how many reconciles an Infrahub or cluster may have at a time: one that hangs must not take all workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class ConcurrencyLimiter:
    """The running reconciles, and the names that wait for one to end, by place: an Infrahub, a cluster."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._under_way: Counter[str] = Counter()
        self._waiting: dict[str, dict[str, None]] = {}

    def acquire(self, place: str, name: str, at_once: int | None = None) -> bool:
        """Whether this one may begin now; if not, it is queued.

        Args:
            at_once: The limit for this place now, instead of the usual one.
        """
        if self._under_way[place] >= (self._at_once if at_once is None else at_once):
            self._waiting.setdefault(place, {})[name] = None
            return False
        self._under_way[place] += 1
        return True

    @contextmanager
    def slot(self, place: str, name: str, enqueue: Callable[[str], None]) -> Iterator[bool]:
        """Whether this one may begin now. It counts as running until the context ends.

        Args:
            enqueue: Called at the end with the name of one that may try now.
        """
        if not self.acquire(place, name):
            yield False
            return
        try:
            yield True
        finally:
            if waiting := self.release(place):
                enqueue(waiting)

    def release(self, place: str) -> str:
        """A reconcile has ended; returns the name of one that may try now, or an empty string."""
        self._under_way[place] -= 1
        waiting = self._waiting.pop(place, {})
        name = next(iter(waiting), "")
        waiting.pop(name, None)
        if waiting:
            self._waiting[place] = waiting
        elif not self._under_way[place]:
            del self._under_way[place]
        return name
