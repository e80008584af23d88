"""What was read last of each source: as long as it is the same, nothing is read again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_MOST = 1_000


class Memory(Generic[K, V]):
    """The readings that were used last, by the spec of their source; none of them holds a text."""

    def __init__(self) -> None:
        self._held: OrderedDict[K, V] = OrderedDict()

    def get(self, spec: K) -> V | None:
        """What was read last."""
        return self._held.get(spec)

    def put(self, spec: K, reading: V) -> None:
        """Keep what was read, in place of what was before."""
        self._held[spec] = reading
        self._held.move_to_end(spec)
        if len(self._held) > _MOST:
            self._held.popitem(last=False)
