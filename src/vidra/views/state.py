"""How a sync or VidraResource is, in one word that people sort and filter by: pure.

Invariant: what cannot be seen is never ready. A condition that is about an older spec counts as progressing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

from vidra.api.conditions import Condition, ConditionType, find
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.views.resource_names import Item


class State(StrEnum):
    """What a person has to do with it."""

    READY = "ready"
    """Nothing."""
    PROGRESSING = "progressing"
    """Nothing yet: it is being reconciled."""
    WAITING = "waiting"
    """Nothing, or look at what it waits for; it continues by itself."""
    HELD = "held"
    """Approve a prune, or correct the data."""
    UNREACHABLE = "unreachable"
    """Make Infrahub or a cluster reachable; nothing is known of it at the moment."""
    FAILING = "failing"
    """Correct something."""
    SUSPENDED = "suspended"
    """Resume it."""
    DELETING = "deleting"
    """Nothing: its objects are being deleted."""


_STATES: Mapping[State, tuple[Reason, ...]] = {
    State.PROGRESSING: (Reason.PROGRESSING,),
    State.SUSPENDED: (Reason.SUSPENDED,),
    State.DELETING: (Reason.DELETING,),
    State.HELD: (Reason.PRUNE_HELD,),
    State.WAITING: (
        Reason.WAITING_FOR_HEALTH,
        Reason.DEPENDENCY_NOT_READY,
        Reason.NOT_GENERATED,
        Reason.SOURCE_NOT_READY,
        Reason.KIND_UNKNOWN,
        Reason.NAMESPACE_MISSING,
        Reason.QUOTA_EXCEEDED,
        Reason.REFUSED_FOR_NOW,
        Reason.WAITING_FOR_DELETION,
    ),
    State.UNREACHABLE: (
        Reason.SOURCE_UNREACHABLE,
        Reason.INFRAHUB_UNREACHABLE,
        Reason.CLUSTER_UNREACHABLE,
        Reason.CLUSTER_UNAUTHORIZED,
        Reason.CLUSTER_CREDENTIALS_MISSING,
        Reason.KUBECONFIG_REFUSED,
        Reason.NOT_OBSERVED,
    ),
}
"""The state of each reason that is not failing."""
_BY_REASON = {reason: state for state, reasons in _STATES.items() for reason in reasons}


def state_of(item: Item) -> State:
    """The state of a sync or VidraResource."""
    ready = find(item.status.conditions, ConditionType.READY)
    if item.metadata.deletion_timestamp:
        return State.DELETING
    if item.spec.suspend:
        return State.SUSPENDED
    if ready is None or ready.observed_generation < item.metadata.generation:
        return State.PROGRESSING
    return state_of_condition(ready, item.status.conditions)


def state_of_condition(ready: Condition, conditions: Sequence[Condition] = ()) -> State:
    """The state that a Ready condition means.

    Args:
        conditions: With Reconciling among them, VidraResources that are not ready yet are on their way.
    """
    if ready.status == "True":
        return State.READY
    if ready.reason == Reason.RESOURCES_NOT_READY and find(conditions, ConditionType.RECONCILING):
        return State.WAITING
    return _BY_REASON.get(ready.reason, State.FAILING)  # type: ignore[call-overload,no-any-return]


def drifts(item: Item) -> bool:
    """Whether objects differ from what was applied, and stay so for now."""
    ready = find(item.status.conditions, ConditionType.READY)
    fights = ready is not None and ready.status != "True" and ready.reason == Reason.DRIFT_FIGHT
    if isinstance(item, VidraResource):
        fights = fights or any(problem.reason == Reason.DRIFT_FIGHT for problem in item.status.problems)
    return fights or find(item.status.conditions, ConditionType.DRIFTED) is not None
