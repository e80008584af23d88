"""Which part of the work this replica does: names belong to shards by hash, and replicas hold shards by Leases."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator
from typing import TypeVar

from vidra.apply.field_owner import hashed

T = TypeVar("T")

_HASH = re.compile("[0-9a-f]{16}")


class ShardAssignment(Container[str]):
    """The names that this replica works on: those in the shards that it holds.

    A sync and its VidraResources are in the same shard, so an object that moves between them stays in one replica.
    """

    def __init__(self, shards: int = 1) -> None:
        self.shards = shards
        self.held: frozenset[int] = frozenset()

    def shard_of(self, lead: str) -> int:
        """The shard of a name: the same in every replica, as long as the number of shards is the same."""
        return int(hashed(lead), 16) % self.shards

    def is_in(self, shard: int, digest: str) -> bool:
        """Whether a name, given by its hash, is in a shard. A value that is no hash counts for the first shard."""
        return (int(digest, 16) if _HASH.fullmatch(digest) else 0) % self.shards == shard

    def add(self, shard: int) -> None:
        """This replica works on the shard's names from now on."""
        self.held |= {shard}

    def remove(self, shard: int) -> None:
        """This replica starts nothing new for the shard's names."""
        self.held -= {shard}

    def __contains__(self, lead: object) -> bool:
        return self.shard_of(str(lead)) in self.held


class OwnedItems(Iterable[T]):
    """Those of some items that this replica works on; evaluated at each iteration."""

    def __init__(self, items: Iterable[T], lead: Callable[[T], str], share: ShardAssignment) -> None:
        self._items = items
        self._lead = lead
        self._share = share

    def __iter__(self) -> Iterator[T]:
        return (item for item in self._items if self._lead(item) in self._share)
