"""Detects whether a change of a VidraResource changes the status of its sync, without a look at all the others."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from vidra.api.conditions import ConditionType, find
from vidra.api.health import UnhealthyObject
from vidra.api.resource import VidraResource
from vidra.controllers.sync.state import SyncState
from vidra.controllers.sync.status.compute import ready


class Repeated(msgspec.Struct, frozen=True):
    """What the status of a sync repeats of a VidraResource."""

    ready: bool
    reason: str
    objects: int
    health: str | None
    healthy: int
    unhealthy: tuple[UnhealthyObject, ...]


def repeated(resource: VidraResource | None) -> Repeated | None:
    """The repeated part of its status; None when it does not exist."""
    if resource is None:
        return None
    condition, status = find(resource.status.conditions, ConditionType.READY), resource.status
    return Repeated(
        ready(resource),
        condition.reason if condition else "",
        len(status.managed_resources),
        status.health,
        status.healthy_objects,
        status.unhealthy,
    )


def last_became_ready(
    state: SyncState,
    name: str,
    old: Repeated | None,
    new: Repeated | None,
    group: Callable[[], Iterable[VidraResource]],
) -> bool:
    """Record a change; True when it leaves no unready one where there was one.

    Args:
        name: Of the VidraResource that changed.
        group: All VidraResources of the sync, with the change; called only for the first one.
    """
    if state.unready is None:
        state.unready = {item.metadata.name for item in group() if not ready(item)} - {name}
        if old is not None and not old.ready:
            state.unready.add(name)
    before = bool(state.unready)
    if new is not None and not new.ready:
        state.unready.add(name)
    else:
        state.unready.discard(name)
    return before and not state.unready
