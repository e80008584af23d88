"""The summarized health of a VidraResource's objects, and whether it is Ready because of it: pure."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from vidra.api.conditions import Verdict
from vidra.api.health import WORST_FIRST, Status, UnhealthyObject, worst
from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject
from vidra.apply.inventory import ref_of
from vidra.clusters.cluster import Cluster
from vidra.common.text import limited_sentences
from vidra.controllers.resource.health.object import Standing, standing_of
from vidra.controllers.resource.health.report import LISTED, LONGEST, HealthReport
from vidra.controllers.resource.status.compute import Outcome
from vidra.controllers.runtime.unhealthy_objects import SHOWN
from vidra.manifests import Ref

NAMED = 3
"""Objects that a message names."""


class HealthSummary(msgspec.Struct, frozen=True):
    """The health of all objects of one VidraResource."""

    worst: Status
    unwell: tuple[tuple[Ref, Standing], ...]
    """Those that are not Current, the worst first; always in the same order, so that one state is one message."""
    healthy: int = 0
    asked: bool = False
    """Some of them have no watch and must be read."""

    @property
    def limiter(self) -> float:
        """Unix time at which the first of them counts as Current without a new event; infinite if none does."""
        untils = (found.health.until for _, found in self.unwell)
        return min((until for until in untils if until), default=math.inf)


def summarize_health(entries: Sequence[ManagedObject], cluster: Cluster) -> HealthSummary:
    """The health of the objects of an inventory."""
    unwell: list[tuple[Ref, Standing]] = []
    asked = False
    names = {(entry.api_version, entry.kind) for entry in entries}
    kinds = {name: cluster.observed.kind(*name) for name in names}
    for entry in entries:
        found = standing_of(entry, kinds[entry.api_version, entry.kind], cluster)
        asked = asked or found.asked
        if found.health.status is not Status.CURRENT:
            unwell.append((ref_of(entry), found))
    unwell.sort(key=lambda item: (WORST_FIRST.index(item[1].health.status), str(item[0])))
    first = unwell[0][1].health.status if unwell else Status.CURRENT
    return HealthSummary(first, tuple(unwell), len(entries) - len(unwell), asked)


def aggregate_health(outcome: Outcome, found: HealthSummary) -> HealthReport:
    """The health for a status. While some objects are not applied it is InProgress at best."""
    report = report_of(found)
    if outcome.ready < outcome.total:
        return msgspec.structs.replace(report, status=worst([found.worst, Status.IN_PROGRESS]))
    return report


def report_of(found: HealthSummary) -> HealthReport:
    """The same for a status, which lists a bounded number of objects."""
    listed = tuple(
        UnhealthyObject(str(ref), standing.health.status, one_line(standing.health.message, LONGEST))
        for ref, standing in found.unwell[:LISTED]
    )
    return HealthReport(found.worst, found.healthy, len(found.unwell), listed)


def ready_when_healthy(verdict: Verdict, found: HealthSummary, *, in_time: bool) -> Verdict:
    """The verdict over a VidraResource that is Ready only when its objects are healthy.

    Args:
        verdict: Of the reconcile that applied them.
        in_time: The health timeout is not over.
    """
    if not verdict.ready or not found.unwell:
        return verdict
    reason = gravest(found.unwell)
    late = reason is Reason.WAITING_FOR_HEALTH and not in_time
    if late:
        reason = Reason.UNHEALTHY
    message = ("not healthy in time (healthTimeout): " if late else "") + named(found.unwell)
    waiting = in_time and reason in {Reason.WAITING_FOR_HEALTH, Reason.NOT_OBSERVED}
    return msgspec.structs.replace(verdict, ready=False, reason=reason, message=message, progressing=waiting)


def also_unhealthy(verdict: Verdict, found: HealthSummary) -> Verdict:
    """The verdict over a VidraResource that does not wait for health, with the objects that are not healthy."""
    if not verdict.ready or not found.unwell:
        return verdict
    return msgspec.structs.replace(verdict, message=f"{verdict.message}; {named(found.unwell, SHOWN)}")


def gravest(objects: Sequence[tuple[Ref, Standing]]) -> Reason:
    """The most important reason of objects that are not healthy."""
    return min((standing.reason for _, standing in objects), key=_GRAVEST_FIRST.index)


def named(objects: Sequence[tuple[Ref, Standing]], most: int = NAMED) -> str:
    """Some of the objects, for a message.

    Args:
        most: How many are named.
    """
    return limited_sentences([f"{ref} is {standing.told}" for ref, standing in objects], most)


_GRAVEST_FIRST = (Reason.UNHEALTHY, Reason.FORBIDDEN, Reason.WAITING_FOR_HEALTH, Reason.NOT_OBSERVED)
