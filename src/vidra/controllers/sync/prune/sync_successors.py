"""Which syncs a sync that is being deleted waits for, because they are about to own what it has: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from vidra.api.conditions import ConditionType, find, is_ready
from vidra.api.names import LOCAL_SERVER
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.apply.inventory import key_of
from vidra.controllers.sync.artifacts.diff import artifact_of
from vidra.controllers.sync.prune.decide import may_want
from vidra.controllers.sync.status.compute import ready

Group = Callable[[str], Sequence[VidraResource]]
"""Returns the VidraResources of a sync."""


def successors(sync: Sync, syncs: Iterable[Sync], group: Group) -> tuple[str, ...]:
    """Names of the syncs that may take over what this one has, and have not done so yet."""
    mine = [item for item in group(sync.key) if not item.metadata.deletion_timestamp]
    if not mine:
        return ()
    found = [other.metadata.name for other in syncs if _is_successor(sync, mine, other, group)]
    return tuple(sorted(found))


def _is_successor(sync: Sync, mine: Sequence[VidraResource], other: Sync, group: Group) -> bool:
    if other.key == sync.key or other.metadata.deletion_timestamp or other.spec.suspend:
        return False
    if is_ready(other.status.conditions, other.metadata.generation) or not _same_server(other, sync):
        return False
    verdict = find(other.status.conditions, ConditionType.READY)
    if (
        verdict is None
        or verdict.reason == Reason.PROGRESSING
        or verdict.observed_generation < other.metadata.generation
    ):
        return True  # what it lists will be known soon
    theirs = group(other.metadata.name)
    if not _related(sync, mine, other, theirs):
        return False
    if verdict.reason != Reason.RESOURCES_NOT_READY:
        return True
    unready = [item for item in theirs if not ready(item)]
    return any(may_want(successor, item) for successor in unready for item in mine)


def _related(sync: Sync, mine: Sequence[VidraResource], other: Sync, theirs: Sequence[VidraResource]) -> bool:
    """Whether they sync the same units of one source, or have objects in common, as far as that is known yet."""
    if sync.source.address == other.source.address:
        if sync.source.selects == other.source.selects:
            return True
        if {artifact_of(item) for item in mine} & {artifact_of(item) for item in theirs}:
            return True
    if any(item.status.observed_generation < item.metadata.generation for item in theirs):
        return True  # its inventory will soon show what it wants
    return bool(_keys(mine) & _keys(theirs))


def _keys(resources: Iterable[VidraResource]) -> set[tuple[str, ...]]:
    return {key_of(entry) for item in resources for entry in item.inventory}


def _same_server(one: Sync, other: Sync) -> bool:
    """Whether both have one destination, without the namespace: objects may name their own."""
    return (one.spec.destination.server or LOCAL_SERVER) == (other.spec.destination.server or LOCAL_SERVER)
