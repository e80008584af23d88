"""Which objects may differ although their owner holds every field that it applied.

To hold a field is not to hold its value: see `kube/object_doubts.py` for what may have changed and which trace that
leaves. What happened while nobody watched shows in the generation, and in the time of the owner's own entry in
managedFields. Such an object is compared with the manifest, once for each of these states.
"""

from __future__ import annotations

import time
from collections.abc import Collection

import msgspec

from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import Key
from vidra.apply.inventory import key_of
from vidra.apply.revision import generation_of, written_of
from vidra.common.backoff import between
from vidra.kube.object_snapshot import ObjectSnapshot

EVERY = 3600.0
"""Minimum seconds between two checks of an object for which no watch says when to check. Up to half as much longer, so
that objects which were applied together are not checked together."""
_UNNUMBERED = frozenset({("v1", "Service"), ("v1", "ServiceAccount"), ("v1", "Pod")})
"""Kinds with lists by key whose objects may have no generation."""


class _Checked(msgspec.Struct, frozen=True, gc=False):
    """The state of an object in which it was found as it should be."""

    generation: int = 0
    written: int = -1
    """When its owner had last changed a value."""
    doubt: int = 0


_NEVER = _Checked()


class Suspects:
    """What this process knows of one owner's objects that were checked."""

    def __init__(self) -> None:
        self._fine: dict[Key, _Checked] = {}
        self._due: dict[Key, float] = {}
        """When each object without a generation is to be checked, by the monotonic clock."""

    def about(self, entry: ManagedObject, live: ObjectSnapshot, manager: str) -> bool:
        """Whether an object is to be checked; sends no request.

        Args:
            manager: The owner's field manager.
        """
        checked = self._fine.get(key_of(entry), _NEVER)
        if live.doubt(manager) > checked.doubt or _rewritten(entry, live.written_by(manager), checked):
            return True
        if live.generation:
            return live.touched > generation_of(entry) and live.touched > checked.generation
        if (entry.api_version, entry.kind) not in _UNNUMBERED:
            return False
        now = time.monotonic()
        return self._due.setdefault(key_of(entry), _next(now)) <= now

    def fine(self, entry: ManagedObject, generation: int, live: ObjectSnapshot | None, manager: str) -> None:
        """An object was checked, and was as it should be.

        Args:
            generation: Of the object that was read.
            live: As it was seen before it was read: what came later is not known to be right.
        """
        key = key_of(entry)
        if live is None:
            self._fine[key] = _Checked(generation)
        else:
            self._fine[key] = _Checked(max(generation, live.touched), live.written_by(manager), live.doubt(manager))
        if key in self._due:
            self._due[key] = _next(time.monotonic())

    def keep(self, keys: Collection[Key]) -> None:
        """Forget all objects but these."""
        self._fine = {key: checked for key, checked in self._fine.items() if key in keys}
        self._due = {key: due for key, due in self._due.items() if key in keys}


def _rewritten(entry: ManagedObject, written: int, checked: _Checked) -> bool:
    """Whether somebody changed a value under the owner's name since it was applied, and since it was checked."""
    return bool(written_of(entry)) and written not in {written_of(entry), checked.written}


def _next(now: float) -> float:
    return now + EVERY * between(1, 1.5)
