"""Remembers the managed objects of one kind, and tells which news of them is later."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable

import msgspec

from vidra.kube.ended import Ended
from vidra.kube.live import LiveObject
from vidra.kube.seen import Seen, is_drift
from vidra.kube.store import version_number

Change = Callable[[Seen | None, Seen | None], None]
"""Called with what was and what is, when an object changed in a way that may matter to its owners."""


UNSURE = "?"
"""In place of the digest of what somebody holds of an object that went back in time: no digest equals it."""


Key = tuple[str, str]
"""Namespace and name."""


class Memory:
    """Objects as they were heard of last: by watches, and by the answers to our own writes, which come first.

    Args:
        read: Tells what to keep of an object.
        on_change: Told of every change that may matter to owners.
    """

    def __init__(self, read: Callable[[LiveObject], Seen], on_change: Change) -> None:
        self._read = read
        self._on_change = on_change
        self._objects: dict[Key, Seen] = {}
        self._ended = Ended()

    def get(self, key: Key) -> Seen | None:
        """The object as last heard of."""
        return self._objects.get(key)

    def changed(self, item: LiveObject) -> None:
        """Take a state; older news than ours is ignored."""
        key, new = _key(item), self._read(item)
        old = self._objects.get(key)
        if self._ended.before(new.uid, new.version) or (old and not _is_news(old, new)):
            return
        self._put(key, old, new)

    def removed(self, item: LiveObject) -> None:
        """Take an object out."""
        self._end(_key(item), item.metadata.uid, version_number(item.metadata.resource_version))

    def gone(self, key: Key) -> None:
        """There is no such object."""
        if old := self._objects.pop(key, None):
            self._on_change(old, None)

    def found(self, item: LiveObject) -> bool:
        """Take an object of the collection that is being read; False when a later state of it is known."""
        if 0 <= version_number(item.metadata.resource_version) < self._known(item):
            return False
        self.changed(item)
        return True

    def listed(self, uids: Collection[str], version: int, namespace: str, older: Iterable[LiveObject]) -> bool:
        """Take out what is not in the collection as of a version; what is newer than that stays.

        Args:
            namespace: That the collection is of; empty for all.
            older: Found in a state before the one that is known. If that is from before the collection was read, the
                cluster went back in time, and the collection is right; else it is our own write from just now.

        Returns:
            Whether the cluster went back in time.
        """
        back = [item for item in older if version < 0 or self._known(item) <= version]
        for item in back:
            self._went_back(item)
        here = [(key, old) for key, old in self._objects.items() if namespace in {"", key[0]}]
        lost = [(key, old) for key, old in here if old.uid not in uids]
        for key, old in lost:
            self._end(key, old.uid, version)
        return bool(back) or (version < 0 and bool(lost))

    def _put(self, key: Key, old: Seen | None, new: Seen) -> None:
        self._objects[key] = new
        if old is None or is_drift(old, new) or old.health != new.health:
            self._on_change(old, new)

    def _known(self, item: LiveObject) -> int:
        """The latest version of this very object that was heard of, its end included; -1 when it is new."""
        old, ended = self._objects.get(_key(item)), self._ended.version(item.metadata.uid)
        return max(ended, old.version) if old and old.uid == item.metadata.uid else ended

    def _went_back(self, item: LiveObject) -> None:
        """Take a state that the object had before: nobody knows what of it is as it was applied."""
        self._ended.forget(item.metadata.uid)
        key, new = _key(item), self._read(item)
        doubtful = tuple((name, UNSURE) for name, _ in new.holders)
        self._put(key, self._objects.get(key), msgspec.structs.replace(new, holders=doubtful))

    def _end(self, key: Key, uid: str, version: int) -> None:
        old = self._objects.get(key)
        if old and old.uid == uid:
            if old.version > version >= 0:
                return
            del self._objects[key]
            self._on_change(old, None)
        if version >= 0:
            self._ended.note(uid, version)


def _key(item: LiveObject) -> Key:
    return sys.intern(item.metadata.namespace), item.metadata.name


def _is_news(old: Seen, new: Seen) -> bool:
    """Whether `new` is a later state, or says more of the same: the answer to a write comes first, without health."""
    if old.uid != new.uid or new.version > old.version:
        return True
    return new.version == old.version and old.health is None and new.health is not None
