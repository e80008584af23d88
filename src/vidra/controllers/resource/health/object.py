"""The health of one object of a VidraResource, by what the informers show; sends no request.

Invariant: an object that is not seen is never healthy. It is Unknown, with the reason why it is not seen.
"""

from __future__ import annotations

import time

import msgspec

from vidra.api.health import Health, Status
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject
from vidra.apply.ended_objects import health_after
from vidra.apply.health.adjust import counted
from vidra.apply.inventory import ref_of
from vidra.clusters.cluster import Cluster
from vidra.kube.discovery import Kind
from vidra.kube.visibility import Sight
from vidra.manifests import Ref

_JUST_WRITTEN = Health(Status.IN_PROGRESS, "applied a moment ago")
_ABSENT = Health(Status.IN_PROGRESS, "not there")


class Standing(msgspec.Struct, frozen=True, gc=False):
    """The health of one object."""

    health: Health
    unseen: Reason | None = None
    """Why the health is not known: Forbidden or NotObserved; None when the object is seen."""
    asked: bool = False
    """No watch says when it changes."""

    @property
    def reason(self) -> Reason:
        """The reason for waiting for the object."""
        return self.unseen or (Reason.UNHEALTHY if self.health.status is Status.FAILED else Reason.WAITING_FOR_HEALTH)

    @property
    def told(self) -> str:
        """The same for a message."""
        what = str(self.health.status) if self.unseen is None else "not seen"
        return f"{what} ({self.health.message})" if self.health.message else what


def standing(cluster: Cluster, kind: Kind | None, ref: Ref) -> Standing:
    """The health of one object, as far as it is seen."""
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
    """A health as it counts in this cluster now."""
    return counted(health, time.time(), cluster.classes.binds_late)


def ended(entry: ManagedObject, cluster: Cluster, kind: Kind) -> Standing | None:
    """The health of an object that ended and was deleted, such as a finished Job; None for any other."""
    if not entry.ended:
        return None
    found = cluster.observed.look(kind, entry.namespace, entry.name)
    gone = found.sight is Sight.SEEN and found.state is None
    return Standing(health_after(entry.ended)) if gone else None


def standing_of(entry: ManagedObject, kind: Kind | None, cluster: Cluster) -> Standing:
    """The health of the object of an inventory entry."""
    if entry.server != cluster.server:
        return _unseen(Reason.NOT_OBSERVED, "it is in a cluster that the destination no longer names")
    over = ended(entry, cluster, kind) if kind else None
    return over or standing(cluster, kind, ref_of(entry))


def _unseen(reason: Reason, why: str) -> Standing:
    return Standing(Health(Status.UNKNOWN, why), reason)
