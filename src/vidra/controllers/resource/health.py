"""How the objects of a VidraResource are, from what the watches show: asks nobody."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import msgspec

from vidra.api.conditions import Verdict
from vidra.api.health import CURRENT, WORST_FIRST, Health, Status, worst
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject
from vidra.apply.ending import health_after
from vidra.apply.health.counted import counted
from vidra.apply.inventory import ref_of
from vidra.clusters.cluster import Cluster
from vidra.controllers.resource.report import Outcome
from vidra.kube.discovery import Kind
from vidra.manifests import Ref

NAMED = 3
"""Objects that a message names."""

_JUST_WRITTEN = Health(Status.IN_PROGRESS, "applied a moment ago")
_ABSENT = Health(Status.IN_PROGRESS, "not there")


class Wellness(msgspec.Struct, frozen=True):
    """How all objects of one VidraResource are together."""

    worst: Status
    unwell: tuple[tuple[Ref, Health], ...]
    """Those that are not Current, the worst first."""

    @property
    def turns(self) -> float:
        """Unix time at which the first of them counts as Current without more news; infinite when none does."""
        return min((health.until for _, health in self.unwell if health.until), default=math.inf)


def health_of(cluster: Cluster, kind: Kind, ref: Ref) -> Health:
    """How one object is; a kind that cannot be watched has nothing to tell it from, and counts as well."""
    if not kind.watchable:
        return CURRENT
    live = cluster.observed.get(kind, ref.namespace, ref.name)
    return _ABSENT if live is None else as_of_now(cluster, live.health or _JUST_WRITTEN)


def as_of_now(cluster: Cluster, health: Health) -> Health:
    """What a verdict counts as in this cluster now."""
    return counted(health, time.time(), cluster.classes.binds_late)


def ended(entry: ManagedObject, cluster: Cluster, kind: Kind) -> Health | None:
    """How an object is that came to its end and is gone; None of any other."""
    gone = cluster.observed.get(kind, entry.namespace, entry.name) is None
    return health_after(entry.ended) if entry.ended and gone else None


def wellness(entries: Sequence[ManagedObject], cluster: Cluster) -> Wellness | None:
    """How the objects of an inventory are; None when that cannot be told now, because a watch is not up."""
    unwell: list[tuple[Ref, Health]] = []
    for entry in entries:
        kind = cluster.discovery.known(entry.api_version, entry.kind)
        if entry.server != cluster.server or kind is None or (kind.watchable and cluster.observed.view(kind) is None):
            return None
        ref = ref_of(entry)
        found = ended(entry, cluster, kind) or health_of(cluster, kind, ref)
        if found.status is not Status.CURRENT:
            unwell.append((ref, found))
    unwell.sort(key=lambda item: WORST_FIRST.index(item[1].status))
    return Wellness(unwell[0][1].status if unwell else Status.CURRENT, tuple(unwell))


def health_over(outcome: Outcome, found: Wellness | None) -> Status | None:
    """How the objects are together; as long as some are not applied they are on their way at best."""
    if found is None:
        return None
    return worst([found.worst, Status.IN_PROGRESS]) if outcome.ready < outcome.total else found.worst


def waited_for(verdict: Verdict, found: Wellness | None, *, in_time: bool) -> Verdict:
    """The verdict over a VidraResource that is Ready only when its objects are well.

    Args:
        verdict: Over the pass that applied them.
        found: None when it is not known how they are.
        in_time: They may still take their time.
    """
    if not verdict.ready or found is None or not found.unwell:
        return verdict
    failed = found.worst is Status.FAILED
    late = "" if failed or in_time else "not well in time (healthTimeout): "
    more = f"; and {len(found.unwell) - NAMED} more" if len(found.unwell) > NAMED else ""
    message = late + "; ".join(_told(ref, health) for ref, health in found.unwell[:NAMED]) + more
    waiting = not failed and in_time
    reason = Reason.WAITING_FOR_HEALTH if waiting else Reason.UNHEALTHY
    return msgspec.structs.replace(verdict, ready=False, reason=reason, message=message, progressing=waiting)


def _told(ref: Ref, health: Health) -> str:
    return f"{ref} is {health.status}" + (f": {health.message}" if health.message else "")
