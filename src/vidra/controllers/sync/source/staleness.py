"""Counts the syncs that have had no list from Infrahub for too long, when Prometheus scrapes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from vidra.api.sync import Sync
from vidra.controllers.sync.state import SyncState, SyncStates

INTERVALS = 3
"""A sync is overdue after so many intervals without a list: one poll may fail, and one may be late."""


def overdue(syncs: Iterable[Sync], states: SyncStates, interval: Callable[[Sync], float]) -> int:
    """How many syncs are overdue now. Syncs that are suspended or being deleted are not polled and do not count.

    A sync that never had a list counts from when it was first checked.

    Args:
        interval: Seconds between two polls of a sync; a ValueError says that its spec cannot be read.
    """
    now = time.monotonic()
    return sum(
        _is_overdue(sync, states.of(sync.key), interval, now)
        for sync in syncs
        if not sync.spec.suspend and not sync.metadata.deletion_timestamp
    )


def _is_overdue(sync: Sync, state: SyncState, interval: Callable[[Sync], float], now: float) -> bool:
    if state.listed_at is None:
        state.listed_at = now
    try:
        return now - state.listed_at > INTERVALS * interval(sync)
    except ValueError:
        return False  # the status reports it
