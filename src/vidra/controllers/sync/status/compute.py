"""Computes the status of a sync: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from heapq import nsmallest

import msgspec

from vidra.api.conditions import ConditionType, Verdict, conditions_for, find, is_ready, retrying, under_way
from vidra.api.health import WORST_FIRST, UnhealthyObject, worst
from vidra.api.held_prune import SyncHeldPrune
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import ClusterStatus, State, Sync, SyncStatus
from vidra.api.times import rfc3339
from vidra.common.text import counted, limited, limited_sentences
from vidra.controllers.runtime.predicates import requested_at
from vidra.controllers.runtime.unhealthy_objects import SHOWN, told
from vidra.controllers.sync.artifacts.diff import SyncProblem

NAMED = 3
"""Problems or VidraResources that a message names."""
LISTED_OBJECTS = 20
"""Unhealthy objects that a status lists; `unhealthyObjects` counts them all."""
LISTED = 100
"""Clusters that a status lists; `clusterProgress` counts them all."""


def judge(
    troubles: Sequence[SyncProblem],
    resources: Sequence[VidraResource],
    note: str = "",
    remark: str = "",
    *,
    unit: str = "artifact",
) -> Verdict:
    """The verdict over a sync: its own problems first, then those of its VidraResources.

    Args:
        note: An addition to the message while it is not Ready.
        remark: An addition to the message, Ready or not.
        unit: What a unit of the source is called.
    """
    verdict = _with_health(_judged(troubles, resources, unit), resources)
    if remark:
        verdict = msgspec.structs.replace(verdict, message=f"{verdict.message}; {remark}")
    if not note:
        return verdict
    if verdict.ready:
        return Verdict(ready=False, reason=Reason.RESOURCES_NOT_READY, message=note, progressing=True)
    return msgspec.structs.replace(verdict, message=f"{verdict.message}; {note}")


def _judged(troubles: Sequence[SyncProblem], resources: Sequence[VidraResource], unit: str) -> Verdict:
    unready = [item for item in resources if not ready(item)]
    if troubles:
        message = limited_sentences([trouble.message for trouble in troubles], NAMED)
        return Verdict(ready=False, reason=troubles[0].reason, message=message)
    if unready:
        on_the_way = all(progressing(item) for item in unready)
        tried_again = all(progressing(item) or retrying(item.status.conditions) for item in unready)
        message = f"{_part(len(unready), len(resources))} not ready: {_named(unready)}"
        return Verdict(
            ready=False,
            reason=Reason.RESOURCES_NOT_READY,
            message=message,
            progressing=on_the_way,
            retried=tried_again,
        )
    objects = sum(item.status.objects for item in resources)
    message = f"{counted(len(resources), unit)} with {counted(objects, 'object')} applied"
    return Verdict(ready=True, reason=Reason.SYNCED, message=message)


def _with_health(verdict: Verdict, resources: Sequence[VidraResource]) -> Verdict:
    """The verdict with the worst objects by name, as far as it is about VidraResources."""
    total = sum(item.status.unhealthy_objects for item in resources)
    if not total or verdict.reason not in {Reason.SYNCED, Reason.RESOURCES_NOT_READY}:
        return verdict
    return msgspec.structs.replace(
        verdict, message=f"{verdict.message}; {told(unhealthy_of(resources), total, most=SHOWN)}"
    )


def unhealthy_of(resources: Sequence[VidraResource]) -> tuple[UnhealthyObject, ...]:
    """The worst of the objects that the statuses of VidraResources list, always in the same order."""
    found = (
        msgspec.structs.replace(item, resource=resource.metadata.name)
        for resource in resources
        for item in resource.status.unhealthy
    )
    return tuple(nsmallest(LISTED_OBJECTS, found, key=_worst_first))


def _worst_first(item: UnhealthyObject) -> tuple[int, str, str]:
    return WORST_FIRST.index(item.health), item.object, item.resource


def is_detail(before: SyncStatus, after: SyncStatus) -> bool:
    """Whether a status says the same state as before, and other words or numbers about unhealthy objects."""
    return _state_of(before) == _state_of(after)


def _state_of(status: SyncStatus) -> SyncStatus:
    """A status without the details of health, and without what a condition's message repeats of them."""
    repeated = told(status.unhealthy, status.unhealthy_objects, most=SHOWN)
    conditions = (
        msgspec.structs.replace(item, message=item.message.replace(repeated, "") if repeated else item.message)
        for item in status.conditions
    )
    return msgspec.structs.replace(
        status,
        conditions=tuple(conditions),
        healthy_objects=0,
        unhealthy_objects=0,
        unhealthy=(),
        last_error="",
        last_sync_time="",
    )


def status_for(
    sync: Sync,
    verdict: Verdict,
    resources: Sequence[VidraResource],
    now: datetime,
    *,
    listed: int | None = None,
    revision: str = "",
    handled: bool = True,
    clusters: tuple[ClusterStatus, ...] | None = None,
    held: SyncHeldPrune | None = None,
) -> SyncStatus:
    """The status for a verdict.

    Args:
        listed: Units that the source lists; None when it was not polled.
        revision: The state of the source that was listed.
        handled: The source was polled, so a requested reconcile is done.
        clusters: The status of each cluster; None without a selector.
        held: What is not deleted before a person approves.
    """
    before = sync.status
    done = sum(ready(item) for item in resources)
    checksums = sorted({item.spec.content.checksum for item in resources if item.spec.content})
    status = msgspec.structs.replace(
        before,
        observed_generation=sync.metadata.generation,
        conditions=conditions_for(verdict, before.conditions, sync.metadata.generation, now),
        checksums=tuple(checksums),
        artifacts=before.artifacts if listed is None else listed,
        revision=before.revision if listed is None else revision,
        resources=len(resources),
        ready_resources=done,
        objects=sum(len(item.status.managed_resources) for item in resources),
        progress=f"{done}/{len(resources)}",
        health=worst([item.status.health for item in resources if item.status.health]),
        healthy_objects=sum(item.status.healthy_objects for item in resources),
        unhealthy_objects=sum(item.status.unhealthy_objects for item in resources),
        unhealthy=unhealthy_of(resources),
        clusters=(clusters or ())[:LISTED],
        cluster_progress=progress_of(clusters),
        held_prune=held,
        last_handled_requested_at=requested_at(sync.metadata) if handled else before.last_handled_requested_at,
        sync_state=_state(verdict),
        last_error="" if verdict.ready or verdict.progressing else verdict.message,
    )
    if status == msgspec.structs.replace(before, held_prune=held, revision=status.revision):
        # The condition names what is held. An operator from before this field reported it too, so nothing happened now.
        # A revision in which no unit changed is no news either.
        return status
    if not before.healthy_objects and before == msgspec.structs.replace(status, healthy_objects=0):
        return before  # nor is it new how many are healthy, which operators before this field did not write
    return msgspec.structs.replace(status, last_sync_time=rfc3339(now))


def progress_of(clusters: tuple[ClusterStatus, ...] | None) -> str:
    """Ready clusters of all; empty without a selector."""
    return "" if clusters is None else f"{sum(item.ready for item in clusters)}/{len(clusters)}"


def ready(resource: VidraResource) -> bool:
    """Whether a VidraResource is applied completely, with its current spec."""
    return is_ready(resource.status.conditions, resource.metadata.generation)


def _state(verdict: Verdict) -> State:
    if verdict.ready:
        return State.SUCCEEDED
    if verdict.progressing:
        return State.RUNNING
    return State.STALE if verdict.reason in _STALE else State.FAILED


_STALE = frozenset(
    {
        Reason.INFRAHUB_UNREACHABLE,
        Reason.INFRAHUB_ERROR,
        Reason.SOURCE_UNREACHABLE,
        Reason.SOURCE_ERROR,
        Reason.PARTIAL_RESULT,
    }
)
"""Reasons under which what is applied is right, as far as Vidra can know."""


def progressing(resource: VidraResource) -> bool:
    """Whether it may become Ready without a person: its status says so, or its spec was not reconciled yet."""
    if resource.status.observed_generation < resource.metadata.generation:
        return True
    return under_way(resource.status.conditions)


def _part(number: int, whole: int) -> str:
    """1 of 2 VidraResources is."""
    return f"{number} of {counted(whole, 'VidraResource')} {'is' if number == 1 else 'are'}"


def _named(unready: Sequence[VidraResource]) -> str:
    """Failures before those in progress."""
    first = sorted(unready, key=lambda item: (progressing(item), item.metadata.name))
    return limited([_with_reason(item) for item in first], NAMED)


def _with_reason(resource: VidraResource) -> str:
    condition = find(resource.status.conditions, ConditionType.READY)
    current = condition is not None and condition.observed_generation >= resource.metadata.generation
    return f"{resource.metadata.name} ({condition.reason if condition and current else Reason.PROGRESSING})"
