"""Whether deleting VidraResources of a sync needs an approval, by the prune limit: pure.

Invariant: who may write VidraResources neither holds up nor lifts a prune of those that the sync made. Anybody can
write owner references; that a sync gave one its text nobody can (`runtime/content_seal.py`). What cannot show that, as
one of the first Vidra or one whose text was lost, makes no other a smaller share, and is held by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

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


class Hold(msgspec.Struct, frozen=True):
    """What may go, and what a person has to approve first."""

    go: tuple[VidraResource, ...]
    stay: tuple[VidraResource, ...] = ()
    held: SyncHeldPrune | None = None


def hold(
    sync: Sync,
    going: Sequence[VidraResource],
    others: Sequence[VidraResource],
    before: int | None,
    vouches: Callable[[VidraResource], bool],
) -> Hold:
    """Divide what is no longer listed into what may go and what is held.

    Args:
        before: As for `evaluate_hold`.
        vouches: Whether the sync gave a VidraResource its text.
    """
    sure, rest = [item for item in going if vouches(item)], [item for item in going if not vouches(item)]
    staying = [item for item in others if vouches(item)]
    held = evaluate_hold(sync, sure, staying, before) if sure else None
    unsure = evaluate_hold(sync, rest, staying, before, beside=sure) if rest else None
    if held and unsure:
        both = evaluate_hold(sync, going, staying, before)
        return Hold((), tuple(going), both) if both else Hold(tuple(going))
    stay = sure if held else rest if unsure else ()
    return Hold(tuple(item for item in going if item not in stay), tuple(stay), held or unsure)


def evaluate_hold(
    sync: Sync,
    going: Sequence[VidraResource],
    others: Sequence[VidraResource],
    before: int | None = None,
    *,
    beside: Sequence[VidraResource] = (),
) -> SyncHeldPrune | None:
    """What a person has to approve first; None when no approval is needed, or it was given.

    Args:
        beside: What is deleted with these: it counts, and no approval is for it.
        before: How many objects the sync had when the first of these was missed in a list, if that is known. What came
            with that list, or after it, makes the old no smaller share.
    """
    kept = {key_of(entry) for entry in _entries(others)}
    had = {key_of(entry) for entry in _entries((*going, *beside))}
    names, total = _names(going), len(had | kept)
    total = total if before is None else max(len(had), min(total, before))
    found = evaluate(
        names,
        len(had - kept),
        total,
        limit=sync.spec.prune_limit,
        previous=_previous(sync, names) or _told(sync, names, total),
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


def _previous(sync: Sync, names: Sequence[str]) -> SyncHeldPrune | None:
    """What was held, if any of these were in it."""
    held = sync.status.held_prune
    return held if held and (not held.resources or not set(held.resources).isdisjoint(names)) else None


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
