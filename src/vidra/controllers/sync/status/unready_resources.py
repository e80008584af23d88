"""Knows when the last VidraResource of a sync becomes ready, without looking at all of them at every change."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vidra.api.resource import VidraResource
from vidra.controllers.sync.state import SyncState
from vidra.controllers.sync.status.compute import ready


def last_became_ready(
    state: SyncState,
    old: VidraResource | None,
    new: VidraResource | None,
    group: Callable[[], Iterable[VidraResource]],
) -> bool:
    """Take note of a change; True when it leaves none unready where there was one.

    Args:
        group: The VidraResources of the sync, with the change; called at the first one.
    """
    changed = {item.metadata.name for item in (old, new) if item is not None}
    if state.unready is None:
        state.unready = {item.metadata.name for item in group() if not ready(item)} - changed
        state.unready |= _unready(old)
    before = bool(state.unready)
    state.unready -= changed
    state.unready |= _unready(new)
    return before and not state.unready


def _unready(resource: VidraResource | None) -> set[str]:
    return set() if resource is None or ready(resource) else {resource.metadata.name}
