"""The other VidraResources of a sync, when one prunes: what moves between them must not go before it came: pure."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable

from vidra.api.conditions import ConditionType, find
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, VidraResource
from vidra.apply.inventory import ref_of

_PRUNING = frozenset({Reason.PRUNE_FAILED, Reason.PRUNE_HELD, Reason.WAITING_FOR_DELETION})
"""Reasons about what a VidraResource itself no longer wants."""


def may_take(siblings: Iterable[VidraResource], unwanted: Collection[ManagedObject]) -> bool:
    """Whether some may be about to own what another one no longer wants."""
    refs = {str(ref_of(entry)) for entry in unwanted}
    return any(
        _has_to_apply(item) or any(_is_about(problem, refs) for problem in item.status.problems) for item in siblings
    )


def waits_for_siblings(problems: Iterable[ObjectProblem]) -> bool:
    """Whether a VidraResource waits to prune."""
    return any(problem.reason == Reason.PROGRESSING for problem in problems)


def _is_about(problem: ObjectProblem, refs: Container[str]) -> bool:
    return problem.object in refs and problem.reason not in _PRUNING


def _has_to_apply(resource: VidraResource) -> bool:
    """Whether it has not been through its newest text; one that has only to prune has."""
    if resource.status.observed_generation < resource.metadata.generation:
        return True
    ready = find(resource.status.conditions, ConditionType.READY)
    return ready is not None and ready.reason == Reason.PROGRESSING and not resource.status.problems
