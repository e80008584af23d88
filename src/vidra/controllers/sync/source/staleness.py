"""Which syncs Infrahub has given no list for longer than they should wait: found out when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from vidra.api.sync import InfrahubSync
from vidra.controllers.sync.state import SyncState, SyncStates

INTERVALS = 3
"""So many intervals without a list, and a sync is overdue: one may fail, and one may come late."""


def overdue(syncs: Iterable[InfrahubSync], states: SyncStates, interval: Callable[[InfrahubSync], float]) -> int:
    """How many syncs are overdue now; those that are suspended or being deleted are not meant to be polled.

    One that was never given a list counts from when it was first looked at.

    Args:
        interval: Seconds between two polls of a sync; a ValueError says that its spec cannot be read.
    """
    now = time.monotonic()
    return sum(
        _is_overdue(sync, states.of(sync.metadata.name), interval, now)
        for sync in syncs
        if not sync.spec.suspend and not sync.metadata.deletion_timestamp
    )


def _is_overdue(sync: InfrahubSync, state: SyncState, interval: Callable[[InfrahubSync], float], now: float) -> bool:
    if state.listed_at is None:
        state.listed_at = now
    try:
        return now - state.listed_at > INTERVALS * interval(sync)
    except ValueError:
        return False  # the status says so
