"""Remembers which objects ended, so that news which was on its way before does not bring them back."""

from __future__ import annotations

from collections import OrderedDict

REMEMBERED = 1_000
"""UIDs; many more than writes are ever under way."""


class Tombstones:
    """UIDs of objects that were removed, or are selected no longer, each with the version at which that happened."""

    def __init__(self) -> None:
        self._versions: OrderedDict[str, int] = OrderedDict()

    def note(self, uid: str, version: int) -> None:
        """The object is gone as of this version."""
        self._versions[uid] = max(version, self._versions.pop(uid, -1))
        if len(self._versions) > REMEMBERED:
            self._versions.popitem(last=False)

    def forget(self, uid: str) -> None:
        """The object is there after all: the cluster went back to a time before its end."""
        self._versions.pop(uid, None)

    def version(self, uid: str) -> int:
        """As of which version it is gone; -1 when it is not, or that is not remembered."""
        return self._versions.get(uid, -1)

    def before(self, uid: str, version: int) -> bool:
        """Whether this version is from before the end; a later one means that the object is selected again."""
        return uid in self._versions and version <= self._versions[uid]
