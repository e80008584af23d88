"""How the objects of a VidraResource are, from what Vidra sees of them: asks nobody.

Invariant: an object that is not seen is never well. It is Unknown, with the reason why it is not seen.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import timedelta

import msgspec

from vidra.api.conditions import Verdict
from vidra.api.health import WORST_FIRST, Health, Status, worst
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, VidraResource
from vidra.api.times import duration_or
from vidra.apply.ended_objects import health_after
from vidra.apply.health.adjust import counted
from vidra.apply.inventory import ref_of
from vidra.clusters.cluster import Cluster
from vidra.common.text import limited_sentences
from vidra.controllers.resource.status.compute import Outcome
from vidra.kube.discovery import Kind
from vidra.kube.visibility import Sight
from vidra.manifests import Ref

NAMED = 3
"""Objects that a message names."""

_JUST_WRITTEN = Health(Status.IN_PROGRESS, "applied a moment ago")
_ABSENT = Health(Status.IN_PROGRESS, "not there")


class Standing(msgspec.Struct, frozen=True, gc=False):
    """How one object is."""

    health: Health
    unseen: Reason | None = None
    """Why that cannot be told: Forbidden or NotObserved; None when it is seen."""
    asked: bool = False
    """No watch tells when it changes."""

    @property
    def reason(self) -> Reason:
        """Why whoever waits for the object has to wait."""
        return self.unseen or (Reason.UNHEALTHY if self.health.status is Status.FAILED else Reason.WAITING_FOR_HEALTH)

    @property
    def told(self) -> str:
        """The same for a person."""
        what = str(self.health.status) if self.unseen is None else "not seen"
        return f"{what} ({self.health.message})" if self.health.message else what


class HealthSummary(msgspec.Struct, frozen=True):
    """How all objects of one VidraResource are together."""

    worst: Status
    unwell: tuple[tuple[Ref, Standing], ...]
    """Those that are not Current, the worst first."""
    asked: bool = False
    """No watch tells of some of them: they have to be asked for."""

    @property
    def limiter(self) -> float:
        """Unix time at which the first of them counts as Current without more news; infinite when none does."""
        untils = (found.health.until for _, found in self.unwell)
        return min((until for until in untils if until), default=math.inf)

    def because(self, reason: Reason) -> tuple[tuple[Ref, Standing], ...]:
        """Those that have to be waited for because of this."""
        return tuple(item for item in self.unwell if item[1].reason is reason)


def standing(cluster: Cluster, kind: Kind | None, ref: Ref) -> Standing:
    """How one object is, as far as it is seen."""
    if kind is None:
        return _unseen(Reason.NOT_OBSERVED, "the cluster does not serve its kind now")
    found = cluster.observed.look(kind, ref.namespace, ref.name)
    if found.sight is Sight.FORBIDDEN:
        return _unseen(Reason.FORBIDDEN, found.why)
    if found.sight is Sight.NOT_YET:
        return _unseen(Reason.NOT_OBSERVED, found.why)
    health = _ABSENT if found.state is None else as_of_now(cluster, found.state.health or _JUST_WRITTEN)
    return Standing(health, asked=found.asked)


def as_of_now(cluster: Cluster, health: Health) -> Health:
    """What a verdict counts as in this cluster now."""
    return counted(health, time.time(), cluster.classes.binds_late)


def ended(entry: ManagedObject, cluster: Cluster, kind: Kind) -> Standing | None:
    """How an object is that came to its end and is gone; None of any other."""
    if not entry.ended:
        return None
    found = cluster.observed.look(kind, entry.namespace, entry.name)
    gone = found.sight is Sight.SEEN and found.state is None
    return Standing(health_after(entry.ended)) if gone else None


def summarize_health(entries: Sequence[ManagedObject], cluster: Cluster) -> HealthSummary:
    """How the objects of an inventory are."""
    unwell: list[tuple[Ref, Standing]] = []
    asked = False
    names = {(entry.api_version, entry.kind) for entry in entries}
    kinds = {name: cluster.observed.kind(*name) for name in names}
    for entry in entries:
        found = _standing_of(entry, kinds[entry.api_version, entry.kind], cluster)
        asked = asked or found.asked
        if found.health.status is not Status.CURRENT:
            unwell.append((ref_of(entry), found))
    unwell.sort(key=lambda item: WORST_FIRST.index(item[1].health.status))
    return HealthSummary(unwell[0][1].health.status if unwell else Status.CURRENT, tuple(unwell), asked)


def aggregate_health(outcome: Outcome, found: HealthSummary) -> Status | None:
    """How the objects are together; as long as some are not applied they are on their way at best."""
    return worst([found.worst, Status.IN_PROGRESS]) if outcome.ready < outcome.total else found.worst


def ready_when_healthy(verdict: Verdict, found: HealthSummary, *, in_time: bool) -> Verdict:
    """The verdict over a VidraResource that is Ready only when its objects are well.

    Args:
        verdict: Over the pass that applied them.
        in_time: They may still take their time.
    """
    if not verdict.ready or not found.unwell:
        return verdict
    reason = gravest(found.unwell)
    late = reason is Reason.WAITING_FOR_HEALTH and not in_time
    if late:
        reason = Reason.UNHEALTHY
    message = ("not well in time (healthTimeout): " if late else "") + named(found.unwell)
    waiting = in_time and reason in {Reason.WAITING_FOR_HEALTH, Reason.NOT_OBSERVED}
    return msgspec.structs.replace(verdict, ready=False, reason=reason, message=message, progressing=waiting)


def also_unseen(verdict: Verdict, found: HealthSummary) -> Verdict:
    """The verdict over a VidraResource that does not wait for health, with what may not be seen of its objects."""
    hidden = found.because(Reason.FORBIDDEN)
    if not verdict.ready or not hidden:
        return verdict
    return msgspec.structs.replace(verdict, message=f"{verdict.message}; {named(hidden)}")


def gravest(objects: Sequence[tuple[Ref, Standing]]) -> Reason:
    """The reason that says most about objects that are not well."""
    return min((standing.reason for _, standing in objects), key=_GRAVEST_FIRST.index)


def named(objects: Sequence[tuple[Ref, Standing]]) -> str:
    """Some of them, for a person."""
    return limited_sentences([f"{ref} is {standing.told}" for ref, standing in objects], NAMED)


def _standing_of(entry: ManagedObject, kind: Kind | None, cluster: Cluster) -> Standing:
    if entry.server != cluster.server:
        return _unseen(Reason.NOT_OBSERVED, "it is in a cluster that the destination no longer names")
    over = ended(entry, cluster, kind) if kind else None
    return over or standing(cluster, kind, ref_of(entry))


def _unseen(reason: Reason, why: str) -> Standing:
    return Standing(Health(Status.UNKNOWN, why), reason)


_GRAVEST_FIRST = (Reason.UNHEALTHY, Reason.FORBIDDEN, Reason.WAITING_FOR_HEALTH, Reason.NOT_OBSERVED)


USUAL = timedelta(minutes=5)


class HealthDeadline:
    """Since when VidraResources have been waiting, by name. A new text starts the time anew, and so does a process."""

    def __init__(self) -> None:
        self._since: dict[str, tuple[tuple[str, int], float]] = {}

    def left(self, resource: VidraResource, checksum: str) -> float:
        """Seconds that objects may still take, counted from when this was asked first about this text."""
        now, state = time.monotonic(), (checksum, resource.metadata.generation)
        known = self._since.get(resource.metadata.name)
        if known is None or known[0] != state:
            known = self._since[resource.metadata.name] = (state, now)
        return known[1] + duration_or(resource.spec.health_timeout, USUAL).total_seconds() - now

    def over(self, name: str) -> None:
        """There is nothing to wait for any more."""
        self._since.pop(name, None)
