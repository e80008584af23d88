"""Knows when the last VidraResource of a sync becomes ready, without looking at all of them at every change."""

from __future__ import annotations

from vidra.api.resource import VidraResource
from vidra.controllers.sync.status.compute import ready


class UnreadyResources:
    """The VidraResources that are not ready, by sync."""

    def __init__(self) -> None:
        self._names: dict[str, set[str]] = {}

    def note(self, sync: str, old: VidraResource | None, new: VidraResource | None) -> bool:
        """Take a change; True when it leaves none unready where there was one."""
        waiting = self._names.setdefault(sync, set())
        before = bool(waiting)
        if new is not None and not ready(new):
            waiting.add(new.metadata.name)
        else:
            item = new or old
            waiting.discard(item.metadata.name if item else "")
        if not waiting:
            del self._names[sync]
        return before and not waiting
