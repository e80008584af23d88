"""Which objects may be different although their owner holds all that it applied.

Holding a field is not having its value: field ownership knows the items of a list by their keys, not by their places.
So a digest of it is no proof of peace where somebody changed an object and left no trace there. Such an object is
looked at, once for each state.
"""

from __future__ import annotations

import time
from collections.abc import Collection

from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import Key
from vidra.apply.inventory import key_of
from vidra.apply.plan import generation_of
from vidra.common.backoff import between
from vidra.kube.object_snapshot import ObjectSnapshot

EVERY = 3600.0
"""Seconds, at least, between two looks at an object of which nothing tells when to look; up to half as much longer, so
that what was applied together is not looked at together."""
_UNNUMBERED = frozenset({("v1", "Service"), ("v1", "ServiceAccount"), ("v1", "Pod")})
"""Kinds with lists by key whose objects may have no generation."""


class Suspects:
    """What this process knows of objects that were looked at, by owner."""

    def __init__(self) -> None:
        self._fine: dict[str, dict[Key, int]] = {}
        """The generation at which each was found as it should be, if later than that at which it was applied."""
        self._due: dict[str, dict[Key, float]] = {}
        """When each of those without a generation is to be looked at, by the monotonic clock."""

    def about(self, owner: str, entry: ManagedObject, live: ObjectSnapshot) -> bool:
        """Whether an object is to be looked at; asks nobody."""
        if live.generation:
            return live.touched > generation_of(entry) and live.touched > self._fine.get(owner, {}).get(
                key_of(entry), 0
            )
        if (entry.api_version, entry.kind) not in _UNNUMBERED:
            return False
        now = time.monotonic()
        return self._due.setdefault(owner, {}).setdefault(key_of(entry), _next(now)) <= now

    def fine(self, owner: str, entry: ManagedObject, generation: int) -> None:
        """An object was looked at, and was as it should be."""
        key = key_of(entry)
        if generation:
            self._fine.setdefault(owner, {})[key] = generation
        elif key in self._due.get(owner, {}):
            self._due[owner][key] = _next(time.monotonic())

    def keep(self, owner: str, keys: Collection[Key]) -> None:
        """Forget all objects of an owner but these."""
        for memory in (self._fine, self._due):
            for key in [key for key in memory.get(owner, ()) if key not in keys]:
                del memory[owner][key]

    def forget(self, owner: str) -> None:
        """The owner is gone."""
        self._fine.pop(owner, None)
        self._due.pop(owner, None)


def _next(now: float) -> float:
    return now + EVERY * between(1, 1.5)
