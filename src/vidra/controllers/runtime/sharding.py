"""Which part of the work is this replica's: syncs are dealt to shards by name, and shards to replicas by Leases."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from typing import TypeVar

from vidra.apply.field_owner import hashed

T = TypeVar("T")

_HASH = re.compile("[0-9a-f]{16}")


class ShardAssignment(Container[str]):
    """The names that are worked on here: those of the shards that this replica holds.

    A sync and its VidraResources are one shard's: what moves between them never crosses replicas.
    """

    def __init__(self, shards: int = 1) -> None:
        self.shards = shards
        self.held: frozenset[int] = frozenset()

    def shard_of(self, lead: str) -> int:
        """The shard of a name: the same in every replica, and for as long as there are as many shards."""
        return int(hashed(lead), 16) % self.shards

    def is_in(self, shard: int, digest: str) -> bool:
        """Whether a name of which only its hash is known is in a shard; what is no hash is in the first one."""
        return (int(digest, 16) if _HASH.fullmatch(digest) else 0) % self.shards == shard

    def add(self, shard: int) -> None:
        """Its names are worked on here from now on."""
        self.held |= {shard}

    def remove(self, shard: int) -> None:
        """Nothing new is begun here for its names."""
        self.held -= {shard}

    def __contains__(self, lead: object) -> bool:
        return self.shard_of(str(lead)) in self.held


class OwnedItems(Iterable[T]):
    """Of some items those that are worked on here, whenever one looks."""

    def __init__(self, items: Iterable[T], lead: Callable[[T], str], share: ShardAssignment) -> None:
        self._items = items
        self._lead = lead
        self._share = share

    def __iter__(self) -> Iterator[T]:
        return (item for item in self._items if self._lead(item) in self._share)
