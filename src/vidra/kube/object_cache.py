"""Caches the managed objects of one kind, and decides which of two states is later."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable

import msgspec

from vidra.kube.answers import MOST_OBJECTS
from vidra.kube.errors import UnintelligibleError
from vidra.kube.object_doubts import applied, is_doubtful, since
from vidra.kube.object_snapshot import ObjectSnapshot, is_drift
from vidra.kube.partial_metadata import LiveObject
from vidra.kube.store import version_number
from vidra.kube.tombstones import Tombstones

Change = Callable[[ObjectSnapshot | None, ObjectSnapshot | None], None]
"""Called with the old and the new state, when a change may matter to an object's owners."""

REMEMBERED = 1000
"""Deleted objects of one kind whose end is remembered."""
UNSURE = "?"
"""In place of a digest for an object that went back in time: no digest equals it."""

Key = tuple[str, str]
"""Namespace and name."""


class Memory:
    """The last known state of objects: from watches, and from the answers to Vidra's own writes, which arrive first.

    Args:
        read: Returns what to keep of an object.
        on_change: Called for every change that may matter to owners.
        shows_ends: Whether the watch shows how objects end.
    """

    def __init__(self, read: Callable[[LiveObject], ObjectSnapshot], on_change: Change, *, shows_ends: bool) -> None:
        self._read = read
        self._on_change = on_change
        self._objects: dict[Key, ObjectSnapshot] = {}
        self._ended = Tombstones()
        self._ends: dict[str, str] = {}
        self.shows_ends = shows_ends

    def get(self, key: Key) -> ObjectSnapshot | None:
        """The last known state of the object."""
        return self._objects.get(key)

    def end(self, uid: str) -> str | None:
        """How a deleted object ended: empty if not by itself; None if nobody saw it."""
        return self._ends.get(uid)

    def changed(self, item: LiveObject, *, applier: str | None = None) -> None:
        """Record a state; one that is older than the known one is ignored.

        Args:
            applier: It is the answer to a write of Vidra's: an apply by this owner, or empty for a write of metadata.
                Its new generation is no news for the only owner.

        Raises:
            UnintelligibleError: There are more objects than any cluster has.
        """
        key, new = _key(item), self._read(item)
        old = self._objects.get(key)
        if self._ended.before(new.uid, new.version) or (old and not _is_news(old, new)):
            if applier and old and (old.uid, old.version) == (new.uid, new.version):
                self._objects[key] = applied(old, applier)
            return
        if old is None and len(self._objects) >= MOST_OBJECTS:
            raise UnintelligibleError(f"the cluster shows more than {MOST_OBJECTS:,} objects of one kind")
        self._put(key, old, new, applier)

    def removed(self, item: LiveObject) -> None:
        """Remove an object."""
        key, last = _key(item), self._read(item)
        old = self._objects.get(key)
        if old and old.uid == last.uid and last.ended:
            self._objects[key] = msgspec.structs.replace(old, ended=last.ended)
        self._end(key, last.uid, last.version)

    def gone(self, key: Key) -> None:
        """The object does not exist; nobody saw its deletion."""
        if old := self._objects.get(key):
            self._end(key, old.uid, -1, seen=False)

    def found(self, item: LiveObject) -> bool:
        """Record an object of the list; False when a later state of it is known."""
        if 0 <= version_number(item.metadata.resource_version) < self._known(item):
            return False
        self.changed(item)
        return True

    def listed(self, uids: Collection[str], version: int, namespace: str, older: Iterable[LiveObject]) -> bool:
        """Remove objects that the list, as of a version, does not contain; those that are newer stay.

        Args:
            namespace: The namespace of the list; empty for all.
            older: Listed in an older state than the known one. If the known one is from before the list was read, the
                cluster went back in time, and the list is right; else the known one is Vidra's own write from just now.

        Returns:
            Whether the cluster went back in time.
        """
        back = [item for item in older if version < 0 or self._known(item) <= version]
        for item in back:
            self._went_back(item)
        here = [(key, old) for key, old in self._objects.items() if namespace in {"", key[0]}]
        lost = [(key, old) for key, old in here if old.uid not in uids]
        for key, old in lost:
            self._end(key, old.uid, version, seen=False)
        return bool(back) or (version < 0 and bool(lost))

    def _put(self, key: Key, old: ObjectSnapshot | None, new: ObjectSnapshot, applier: str | None = None) -> None:
        if old and old.uid == new.uid and old.ended and not new.ended:
            new = msgspec.structs.replace(new, ended=old.ended)  # which stays true
        self._objects[key] = new = since(old, new, applier=applier)
        doubtful = is_doubtful(old, new) and not (applier is not None and len(new.holders) == 1)
        if old is None or is_drift(old, new) or doubtful or (old.health, old.ended) != (new.health, new.ended):
            self._on_change(old, new)

    def _known(self, item: LiveObject) -> int:
        """The latest known version of this object, its deletion included; -1 when it is new."""
        old, ended = self._objects.get(_key(item)), self._ended.version(item.metadata.uid)
        return max(ended, old.version) if old and old.uid == item.metadata.uid else ended

    def _went_back(self, item: LiveObject) -> None:
        """Record a state from before: whether it is as applied is not known, nor whether it ended."""
        uid = item.metadata.uid
        self._ended.forget(uid)
        self._ends.pop(uid, None)
        key, new = _key(item), self._read(item)
        old = self._objects.get(key)
        if old and old.uid == uid:
            old = self._objects[key] = msgspec.structs.replace(old, ended="")
        doubtful = tuple((name, UNSURE) for name, _ in new.holders)
        self._put(key, old, msgspec.structs.replace(new, holders=doubtful))

    def _end(self, key: Key, uid: str, version: int, *, seen: bool = True) -> None:
        old = self._objects.get(key)
        if old and old.uid == uid:
            if old.version > version >= 0:
                return
            del self._objects[key]
            if seen or old.ended:
                self._note_end(old)
            self._on_change(old, None)
        if version >= 0:
            self._ended.note(uid, version)

    def _note_end(self, old: ObjectSnapshot) -> None:
        if self.shows_ends:
            self._ends[old.uid] = old.ended
            if len(self._ends) > REMEMBERED:
                del self._ends[next(iter(self._ends))]


def _key(item: LiveObject) -> Key:
    return sys.intern(item.metadata.namespace), item.metadata.name


def _is_news(old: ObjectSnapshot, new: ObjectSnapshot) -> bool:
    """Whether `new` is a later state, or says more of the same: a write is answered first, without health."""
    if old.uid != new.uid or new.version > old.version:
        return True
    return new.version == old.version and old.health is None and new.health is not None
