"""Whether deleting VidraResources of a sync needs an approval, by the prune limit: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidra.api.conditions import ConditionType, find
from vidra.api.held_prune import HeldSet, SyncHeldPrune
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, VidraResource
from vidra.api.sync import Sync
from vidra.apply.guards.prune_limit import FORMER_LENGTH, approve_command, evaluate, set_id
from vidra.apply.inventory import key_of
from vidra.common.text import command_line, counted
from vidra.controllers.runtime.predicates import approved_prune
from vidra.controllers.sync.artifacts.diff import SyncProblem

LISTED = 500
"""VidraResources that a status names."""


def evaluate_hold(
    sync: Sync, going: Sequence[VidraResource], others: Sequence[VidraResource], before: int | None = None
) -> SyncHeldPrune | None:
    """What a person has to approve first; None when no approval is needed, or it was given.

    Args:
        before: How many objects the sync had when the first of these was missed in a list, if that is known. What came
            with that list, or after it, makes the old no smaller share.
    """
    kept = {key_of(entry) for entry in _entries(others)}
    had = {key_of(entry) for entry in _entries(going)}
    names, total = _names(going), len(had | kept)
    total = total if before is None else max(len(had), min(total, before))
    found = evaluate(
        names,
        len(had - kept),
        total,
        limit=sync.spec.prune_limit,
        previous=sync.status.held_prune or _told(sync, names, total),
        approval=approved_prune(sync.metadata),
    )
    if found is None or found.approved:
        return None
    return SyncHeldPrune(id=found.id, objects=found.objects, of=found.of, resources=tuple(names[:LISTED]))


def hold_problem(sync: Sync, held: SyncHeldPrune, going: Sequence[VidraResource]) -> SyncProblem:
    """The problem that tells a person what is held."""
    names = _names(going)
    return SyncProblem(
        Reason.PRUNE_HELD,
        f"{counted(len(names), 'VidraResource')} with {held.objects} of {held.of} objects would be removed because "
        f"their {sync.source.words.unit}s are no longer listed or their clusters no longer selected, and pruneLimit is "
        f"{sync.spec.prune_limit}%: nothing is removed. If they should go: "
        f"{command_line('vidra', 'approve', sync.metadata.name)}, or "
        f"{approve_command(sync.kind, sync.metadata.name, held.id)} (they are: {', '.join(names)})",
    )


def _told(sync: Sync, names: Sequence[str], total: int) -> HeldSet | None:
    """What an operator held that had no field for it in the status: its message names the set."""
    ready, id_ = find(sync.status.conditions, ConditionType.READY), set_id(names)[:FORMER_LENGTH]
    if ready is None or ready.reason != Reason.PRUNE_HELD:
        return None
    said = approve_command(sync.kind, sync.metadata.name, id_) in ready.message
    return HeldSet(id=id_, objects=0, of=total) if said else None


def count_objects(resources: Iterable[VidraResource]) -> int:
    """How many different objects are in the inventories."""
    return len({key_of(entry) for entry in _entries(resources)})


def _names(resources: Iterable[VidraResource]) -> list[str]:
    return sorted(item.metadata.name for item in resources)


def _entries(resources: Iterable[VidraResource]) -> Iterable[ManagedObject]:
    return (entry for item in resources for entry in item.inventory)
