"""Computes the status of a sync: pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from vidra.api.conditions import ConditionType, Verdict, conditions_for, find, is_ready
from vidra.api.health import worst
from vidra.api.held_prune import SyncHeldPrune
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import ClusterStatus, State, Sync, SyncStatus
from vidra.api.times import rfc3339
from vidra.common.text import limited, limited_sentences
from vidra.controllers.runtime.predicates import requested_at
from vidra.controllers.sync.artifacts.diff import SyncProblem

NAMED = 3
"""Problems or VidraResources that a message names."""
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
    verdict = _judged(troubles, resources, unit)
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
        message = f"{len(unready)} of {len(resources)} VidraResources are not ready: {_named(unready)}"
        return Verdict(ready=False, reason=Reason.RESOURCES_NOT_READY, message=message, progressing=on_the_way)
    objects = sum(item.status.objects for item in resources)
    message = f"{counted(len(resources), unit)} with {counted(objects, 'object')} applied"
    return Verdict(ready=True, reason=Reason.SYNCED, message=message)


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
    return find(resource.status.conditions, ConditionType.RECONCILING) is not None


def _named(unready: Sequence[VidraResource]) -> str:
    """Failures before those in progress."""
    first = sorted(unready, key=lambda item: (progressing(item), item.metadata.name))
    return limited([_with_reason(item) for item in first], NAMED)


def _with_reason(resource: VidraResource) -> str:
    condition = find(resource.status.conditions, ConditionType.READY)
    current = condition is not None and condition.observed_generation >= resource.metadata.generation
    return f"{resource.metadata.name} ({condition.reason if condition and current else Reason.PROGRESSING})"


def counted(number: int, what: str) -> str:
    """1 object, 2 objects."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
