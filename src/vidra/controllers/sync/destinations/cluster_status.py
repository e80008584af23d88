"""The status of a sync with a clusterSelector in each cluster: pure."""

from __future__ import annotations

from collections.abc import Container, Iterable, Sequence

from vidra.api.conditions import ConditionType, find
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import ClusterStatus, SyncStatus
from vidra.common.text import counted
from vidra.controllers.runtime.context import place_of
from vidra.controllers.sync.destinations.targets import Targets
from vidra.controllers.sync.status.compute import progressing, ready

LENGTH = 200
"""Characters of a message."""
IDLE = "no"
"""How the message of a cluster begins that no unit is for."""


def cluster_statuses(
    targets: Targets,
    resources: Iterable[VidraResource],
    waiting: Container[str],
    unit: str = "artifact",
    *,
    idle: Container[str] = (),
) -> tuple[ClusterStatus, ...]:
    """One for each cluster that is a destination or still has objects; those that are not Ready first.

    Args:
        unit: What a unit of the source is called.
        idle: Clusters that no unit is for.
    """
    by_place: dict[str, list[VidraResource]] = {place: [] for place in targets.places}
    for resource in resources:
        if place_of(resource):
            by_place.setdefault(place_of(resource), []).append(resource)
    names = {target.place: (target.name, target.destination.server or "") for target in targets.there}
    found = []
    for place, there in by_place.items():
        name, server = names.get(place) or ("", there[0].spec.destination.server or "")
        found.append(_status(name, server, there, unit, waits=place in waiting, idle=place in idle))
    return tuple(sorted(found, key=lambda item: (item.ready, item.name, item.server)))


def idle_before(targets: Targets, status: SyncStatus) -> frozenset[str]:
    """The clusters that no unit was for, as a status says; for a sync that has not been listed since."""
    said = {(item.name, item.server) for item in status.clusters if item.ready and item.message.startswith(IDLE)}
    return frozenset(at.place for at in targets.there if (at.name, at.destination.server or "") in said)


def _status(
    name: str, server: str, resources: Sequence[VidraResource], unit: str, *, waits: bool, idle: bool
) -> ClusterStatus:
    unready = sorted((item for item in resources if not ready(item)), key=progressing)
    if unready:
        condition = find(unready[0].status.conditions, ConditionType.READY)
        reason = condition.reason if condition else Reason.PROGRESSING
        message = f"{unready[0].metadata.name}: {condition.message}" if condition else "not looked at yet"
        return ClusterStatus(name, server, reason=reason, message=_short(message))
    if idle and not resources:
        return ClusterStatus(name, server, ready=True, reason=Reason.SYNCED, message=f"{IDLE} {unit} is for it")
    if waits or not resources:
        message = "waits for its turn" if waits else "nothing is applied here yet"
        return ClusterStatus(name, server, reason=Reason.PROGRESSING, message=message)
    objects = sum(item.status.objects for item in resources)
    message = f"{counted(len(resources), unit)} with {counted(objects, 'object')} applied"
    return ClusterStatus(name, server, ready=True, reason=Reason.SYNCED, message=message)


def _short(message: str) -> str:
    return message if len(message) <= LENGTH else f"{message[: LENGTH - 1]}…"
