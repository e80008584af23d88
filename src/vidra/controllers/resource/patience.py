"""For how long the objects of a VidraResource may take to be well."""

from __future__ import annotations

import time
from datetime import timedelta

from vidra.api.resource import VidraResource
from vidra.api.times import duration_or

USUAL = timedelta(minutes=5)


class Patience:
    """Since when VidraResources have been waiting, by name. A new text starts the time anew, and so does a process."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[tuple[str, int], float]] = {}

    def left(self, resource: VidraResource, checksum: str) -> float:
        """Seconds that objects may still take, counted from when this was asked first about this text."""
        now, state = time.monotonic(), (checksum, resource.metadata.generation)
        known = self._since.get(resource.metadata.name)
        if known is None or known[0] != state:
            known = self._since[resource.metadata.name] = (state, now)
        return known[1] + duration_or(resource.spec.health_timeout, USUAL).total_seconds() - now

    def over(self, name: str) -> None:
        """There is nothing to wait for any more."""
        self._since.pop(name, None)
