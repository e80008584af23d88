"""Connections that several syncs share: one for each address, with the newest credential for it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, Protocol, TypeVar


class Closable(Protocol):
    """What holds connections."""

    async def retire(self) -> None: ...  # noqa: D102

    async def close(self) -> None: ...  # noqa: D102


T = TypeVar("T", bound=Closable)


class Pool(Generic[T]):
    """Hands them out.

    Args:
        most: So many are kept; of more, the one that was asked for least recently goes.
    """

    def __init__(self, most: int = 1_000) -> None:
        self._most = most
        self._held: OrderedDict[Hashable, tuple[object, T]] = OrderedDict()

    async def get(self, key: Hashable, version: object, make: Callable[[], T]) -> T:
        """The one for a key; one of another version goes as soon as its requests have ended."""
        old = self._held.get(key)
        if old is not None and old[0] == version:
            self._held.move_to_end(key)
            return old[1]
        new = make()
        self._held[key] = version, new
        self._held.move_to_end(key)
        if old is not None:
            await old[1].retire()
        if len(self._held) > self._most:
            _, (_, oldest) = self._held.popitem(last=False)
            await oldest.retire()
        return new

    async def close(self) -> None:
        """Close all of them."""
        held, self._held = self._held, OrderedDict()
        for _, item in held.values():
            await item.close()
