"""The other VidraResources of a sync while one prunes: an object that moves between them is not deleted on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable

from vidra.api.conditions import ConditionType, find
from vidra.api.destination_server import address_of
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, VidraResource
from vidra.apply.inventory import ref_of
from vidra.controllers.resource.state import ResourceState
from vidra.controllers.runtime.context import ControllerContext, place_of, sync_of
from vidra.kube.store import Store

_PRUNING = frozenset({Reason.PRUNE_FAILED, Reason.PRUNE_HELD, Reason.WAITING_FOR_DELETION})
"""Problems that are about objects which a VidraResource itself no longer wants."""


def siblings_of(resource: VidraResource, resources: Store[VidraResource]) -> list[VidraResource]:
    """The other VidraResources of its sync that are not being deleted; none for one that a person created."""
    name, sync = resource.metadata.name, sync_of(resource)
    group = resources.group(sync) if sync else []
    return [item for item in group if item.metadata.name != name and not item.metadata.deletion_timestamp]


def waits_for_successors(
    shared: ControllerContext,
    resource: VidraResource,
    state: ResourceState,
    unwanted: Collection[ManagedObject],
    on_release: Callable[[], None],
) -> bool:
    """Whether another VidraResource of the sync may be about to own what this one no longer wants.

    Args:
        on_release: Called when this one releases more than before, so that others may take it whatever the values.
    """
    sync = sync_of(resource)
    before, state.pending_release = state.pending_release, frozenset()
    if not sync or not unwanted:
        return False
    siblings = siblings_of(resource, shared.resources)
    staying = [
        item
        for item in siblings
        if item.metadata.name not in shared.being_deleted and may_have_objects_in_common(item, resource)
    ]
    if sync not in shared.handovers and not may_take(staying, unwanted):
        return False
    state.pending_release = frozenset(str(ref_of(entry)) for entry in unwanted)
    if state.pending_release - before:
        on_release()
    return True


def may_have_objects_in_common(one: VidraResource, other: VidraResource) -> bool:
    """Whether two VidraResources of a sync may apply the same object: pure.

    Invariant: what one destination of a sync does, or does not do, holds up no other destination.
    """
    if not place_of(one) and not place_of(other):
        return True  # the sync has one destination, whichever address it had before
    return address_of(one.spec.destination.server) == address_of(other.spec.destination.server)


def may_take(siblings: Iterable[VidraResource], unwanted: Collection[ManagedObject]) -> bool:
    """Whether one of them may be about to own what another no longer wants: pure."""
    refs = {str(ref_of(entry)) for entry in unwanted}
    return any(
        _has_to_apply(item) or any(_is_about(problem, refs) for problem in item.status.problems) for item in siblings
    )


def waits_for_siblings(problems: Iterable[ObjectProblem]) -> bool:
    """Whether a VidraResource waits for its siblings before it prunes."""
    return any(problem.reason == Reason.PROGRESSING for problem in problems)


def _is_about(problem: ObjectProblem, refs: Container[str]) -> bool:
    return problem.object in refs and problem.reason not in _PRUNING


def _has_to_apply(resource: VidraResource) -> bool:
    """Whether it has not applied its newest manifest completely. One that only has to prune has applied it."""
    if resource.status.observed_generation < resource.metadata.generation:
        return True
    ready = find(resource.status.conditions, ConditionType.READY)
    return ready is not None and ready.reason == Reason.PROGRESSING and not resource.status.problems
