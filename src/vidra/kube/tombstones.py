"""Remembers which objects were deleted, so that a late event does not bring them back."""

from __future__ import annotations

from collections import OrderedDict

REMEMBERED = 1_000
"""UIDs; many more than there are writes at a time."""


class Tombstones:
    """UIDs of objects that were deleted, or are no longer selected, each with the version at which that happened."""

    def __init__(self) -> None:
        self._versions: OrderedDict[str, int] = OrderedDict()

    def note(self, uid: str, version: int) -> None:
        """The object was deleted as of this version."""
        self._versions[uid] = max(version, self._versions.pop(uid, -1))
        if len(self._versions) > REMEMBERED:
            self._versions.popitem(last=False)

    def forget(self, uid: str) -> None:
        """The object exists after all: the cluster went back to a time before its deletion."""
        self._versions.pop(uid, None)

    def version(self, uid: str) -> int:
        """The version of its deletion; -1 when it was not deleted, or is not remembered."""
        return self._versions.get(uid, -1)

    def before(self, uid: str, version: int) -> bool:
        """Whether this version is from before the deletion; a later one means that the object is selected again."""
        return uid in self._versions and version <= self._versions[uid]
