"""Computes the status of a VidraResource from the outcome of a reconcile: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

import msgspec

from vidra.api.conditions import Verdict, conditions_for
from vidra.api.held_prune import HeldPrune
from vidra.api.reasons import Reason
from vidra.api.resource import (
    DriftedObject,
    KnownCluster,
    ObjectProblem,
    ResourceStatus,
    VidraResource,
)
from vidra.api.sync import State
from vidra.api.times import rfc3339
from vidra.apply.inventory import Inventory
from vidra.apply.refusals import ENDS_BY_ITSELF
from vidra.common.text import counted, limited_sentences
from vidra.controllers.resource.health.report import HealthReport
from vidra.controllers.resource.status.deliveries import deliveries
from vidra.controllers.runtime.predicates import requested_at
from vidra.kube.errors import ApiError, KubeError

LISTED = 50
"""Problems that a status lists; the message gives their total number."""
NAMED = 3
"""Problems that a condition's message repeats."""

_WAITING = ENDS_BY_ITSELF | {
    Reason.WAITING_FOR_HEALTH,
    Reason.NOT_OBSERVED,
    Reason.DEPENDENCY_NOT_READY,
    Reason.PROGRESSING,
}
"""Reasons that end when somebody else acts in the cluster; Vidra then continues automatically."""


class Outcome(msgspec.Struct, frozen=True):
    """The outcome of a reconcile, complete or so far."""

    verdict: Verdict
    inventory: Inventory
    problems: tuple[ObjectProblem, ...] = ()
    total: int = 0
    ready: int = 0
    checksum: str = ""
    """Of the manifest, if all of it was applied."""
    held: HeldPrune | None = None
    """Objects that are not pruned before a person approves."""
    drifted: tuple[DriftedObject, ...] = ()
    """Objects that differ from what was applied, and are left so."""
    health: HealthReport = HealthReport()
    clusters: tuple[KnownCluster, ...] = ()
    """The clusters that this reconcile found, if it reached any."""


def judge(problems: Sequence[ObjectProblem], total: int, drift: str = "") -> Verdict:
    """The verdict of a complete reconcile.

    Args:
        drift: What differs from what was applied, and is left so.
    """
    if not problems:
        also = f"; changed since, and left so: {drift}" if drift else ""
        return Verdict(
            ready=True, reason=Reason.APPLIED, message=f"{counted(total, 'object')} applied{also}", drift=drift
        )
    reasons = Counter(Reason(problem.reason) for problem in problems)
    waiting = reasons.keys() <= _WAITING
    reason = _foremost(reasons)
    named = limited_sentences([problem.message for problem in problems], NAMED)
    count = f"{len(problems)} of {total}: " if len(problems) > 1 else ""
    return Verdict(ready=False, reason=reason, message=f"{count}{named}", progressing=waiting, drift=drift)


def as_applied(resource: VidraResource) -> Outcome:
    """The outcome of the last reconcile, for a VidraResource whose objects are all applied."""
    status = resource.status
    return Outcome(
        judge((), status.objects),
        Inventory.of(status.managed_resources),
        total=status.objects,
        ready=status.ready_objects,
        checksum=status.applied_checksum,
        held=status.held_prune,
    )


def status_for(
    resource: VidraResource, outcome: Outcome, now: datetime, *, handled: bool, seen: datetime | None = None
) -> ResourceStatus:
    """The status for an outcome.

    Args:
        seen: When the source was asked for the text, if that is remembered.
        handled: The reconcile is complete, so the request for it is done.
    """
    before = resource.status
    verdict = outcome.verdict
    status = msgspec.structs.replace(
        before,
        observed_generation=resource.metadata.generation,
        conditions=conditions_for(verdict, before.conditions, resource.metadata.generation, now),
        managed_resources=outcome.inventory.listing(),
        clusters=_clusters(before.clusters, outcome),
        applied_checksum=outcome.checksum,
        objects=outcome.total,
        ready_objects=outcome.ready,
        progress=f"{outcome.ready}/{outcome.total}",
        problems=tuple(outcome.problems[:LISTED]),
        drifted=outcome.drifted[:LISTED],
        held_prune=outcome.held,
        health=outcome.health.status,
        healthy_objects=outcome.health.healthy,
        unhealthy_objects=outcome.health.unhealthy,
        unhealthy=outcome.health.listed,
        last_handled_requested_at=requested_at(resource.metadata) if handled else before.last_handled_requested_at,
        deploy_state=state_of(verdict),
        last_error="" if verdict.ready or verdict.progressing else verdict.message,
    )
    if status == before or _only_counted_now(before, status):
        return before
    texts = deliveries(resource, status, now, seen)
    return msgspec.structs.replace(status, last_sync_time=rfc3339(now), deliveries=texts)


def health_of(status: ResourceStatus) -> HealthReport:
    """The health that a status says."""
    return HealthReport(status.health, status.healthy_objects, status.unhealthy_objects, status.unhealthy)


def is_detail(before: ResourceStatus, after: ResourceStatus) -> bool:
    """Whether a status says the same state as before, and other words or numbers about unhealthy objects."""
    return _state_of(before) == _state_of(after)


def _state_of(status: ResourceStatus) -> ResourceStatus:
    """A status without the details of health, which a condition's message repeats."""
    return msgspec.structs.replace(
        status,
        conditions=tuple(msgspec.structs.replace(condition, message="") for condition in status.conditions),
        healthy_objects=0,
        unhealthy_objects=0,
        unhealthy=(),
        last_error="",
        deliveries=(),
        last_sync_time="",
    )


def _only_counted_now(before: ResourceStatus, after: ResourceStatus) -> bool:
    """Whether nothing is new but the number of healthy objects, which operators before this field did not write."""
    return not before.healthy_objects and before == msgspec.structs.replace(after, healthy_objects=0)


def reason_of(error: KubeError) -> Reason:
    """The reason for a failed request: server unavailable, access denied, or what every reconcile needs refused."""
    if isinstance(error, ApiError) and error.forbidden:
        return Reason.FORBIDDEN
    unauthorized = isinstance(error, ApiError) and error.unauthorized
    return Reason.CLUSTER_UNAUTHORIZED if unauthorized else Reason.CLUSTER_UNREACHABLE


def state_of(verdict: Verdict) -> State:
    """The word of Vidra 0.0.6 for a verdict."""
    if verdict.ready:
        return State.SUCCEEDED
    return State.RUNNING if verdict.progressing else State.FAILED


def _clusters(before: Sequence[KnownCluster], outcome: Outcome) -> tuple[KnownCluster, ...]:
    """The clusters of the inventory; those that were found now take precedence."""
    found = {item.server: item for item in (*before, *outcome.clusters)}
    servers = {entry.server for entry in outcome.inventory.entries.values()}
    return tuple(found[server] for server in sorted(servers & found.keys()))


def _foremost(reasons: Counter[Reason]) -> Reason:
    """The reason to show first: one that needs a person before one that ends by itself, then the most frequent."""
    return max(reasons, key=lambda reason: (reason not in _WAITING, reasons[reason]))
