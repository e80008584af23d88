"""Which syncs Infrahub has given no list for longer than they should wait: found out when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from vidra.api.sync import InfrahubSync

INTERVALS = 3
"""So many intervals without a list, and a sync is overdue: one may fail, and one may come late."""


class Staleness:
    """When each sync had its last list. One that was never given any counts from when it was first looked at."""

    def __init__(self) -> None:
        self._since: dict[str, float] = {}

    def listed(self, sync: str) -> None:
        """Infrahub has just given the list."""
        self._since[sync] = time.monotonic()

    def forget(self, sync: str) -> None:
        """The sync is gone."""
        self._since.pop(sync, None)

    def overdue(self, syncs: Iterable[InfrahubSync], interval: Callable[[InfrahubSync], float]) -> int:
        """How many syncs are overdue now; those that are suspended or go are not meant to be asked for.

        Args:
            interval: Seconds between two questions for a sync; a ValueError says that its spec cannot be read.
        """
        now = time.monotonic()
        return sum(
            self._is_overdue(sync, interval, now)
            for sync in syncs
            if not sync.spec.suspend and not sync.metadata.deletion_timestamp
        )

    def _is_overdue(self, sync: InfrahubSync, interval: Callable[[InfrahubSync], float], now: float) -> bool:
        waited = now - self._since.setdefault(sync.metadata.name, now)
        try:
            return waited > INTERVALS * interval(sync)
        except ValueError:
            return False  # the status says so
