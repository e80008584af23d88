"""Limits how many reconciles an Infrahub or cluster may have at a time: one that hangs must not take all workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager

from vidra.kube.request_slots import current


class ConcurrencyLimiter:
    """The running reconciles, and the names that wait for one to end, by place: an Infrahub, a cluster."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._under_way: Counter[str] = Counter()
        self._waiting: dict[str, dict[str, None]] = {}

    @contextmanager
    def slot(self, place: str, name: str, enqueue: Callable[[str], None], at_once: int | None = None) -> Iterator[bool]:
        """Whether this one may begin now; if not, it is queued. It counts as running until the context ends.

        Args:
            enqueue: Called at the end with the name of one that may try now.
            at_once: The limit for this place now, instead of the usual one.
        """
        if self._under_way[place] >= (self._at_once if at_once is None else at_once):
            self._waiting.setdefault(place, {})[name] = None
            yield False
            return
        self._under_way[place] += 1
        try:
            yield True
        finally:
            if waiting := self._release(place):
                enqueue(waiting)

    def _release(self, place: str) -> str:
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


@contextmanager
def until_late(slot: AbstractContextManager[bool]) -> Iterator[bool]:
    """A slot that others get as soon as an API server answers this reconcile late."""
    with ExitStack() as held, current().when_late(held.close):
        yield held.enter_context(slot)
