"""Which objects may differ although their owner holds every field that it applied.

To hold a field is not to hold its value: managedFields name list items by key, not by position. If somebody reorders a
list, the digest of managedFields stays the same. Such an object is compared with the manifest, once for each state.
"""

from __future__ import annotations

import time
from collections.abc import Collection

from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import Key
from vidra.apply.inventory import key_of
from vidra.apply.revision import generation_of
from vidra.common.backoff import between
from vidra.kube.object_snapshot import ObjectSnapshot

EVERY = 3600.0
"""Minimum seconds between two checks of an object for which no watch says when to check. Up to half as much longer, so
that objects which were applied together are not checked together."""
_UNNUMBERED = frozenset({("v1", "Service"), ("v1", "ServiceAccount"), ("v1", "Pod")})
"""Kinds with lists by key whose objects may have no generation."""


class Suspects:
    """What this process knows of one owner's objects that were checked."""

    def __init__(self) -> None:
        self._fine: dict[Key, int] = {}
        """The generation at which each was found right, if later than the one at which it was applied."""
        self._due: dict[Key, float] = {}
        """When each object without a generation is to be checked, by the monotonic clock."""

    def about(self, entry: ManagedObject, live: ObjectSnapshot) -> bool:
        """Whether an object is to be checked; sends no request."""
        if live.generation:
            return live.touched > generation_of(entry) and live.touched > self._fine.get(key_of(entry), 0)
        if (entry.api_version, entry.kind) not in _UNNUMBERED:
            return False
        now = time.monotonic()
        return self._due.setdefault(key_of(entry), _next(now)) <= now

    def fine(self, entry: ManagedObject, generation: int) -> None:
        """An object was checked, and was as it should be."""
        key = key_of(entry)
        if generation:
            self._fine[key] = generation
        elif key in self._due:
            self._due[key] = _next(time.monotonic())

    def keep(self, keys: Collection[Key]) -> None:
        """Forget all objects but these."""
        for memory in (self._fine, self._due):
            for key in [key for key in memory if key not in keys]:
                del memory[key]


def _next(now: float) -> float:
    return now + EVERY * between(1, 1.5)
