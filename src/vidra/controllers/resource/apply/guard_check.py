"""What a cluster keeps from artifacts, and what was applied before that was asked."""

from __future__ import annotations

from vidra.api.resource import VidraResource
from vidra.apply.guards.protected import Guard, may_be_refused
from vidra.apply.inventory import ref_of
from vidra.clusters.cluster import Cluster


def guard_of(cluster: Cluster) -> Guard:
    """What this cluster keeps from artifacts."""
    own, *others = cluster.own_namespaces or ("",)
    return Guard(own, tuple(others), told=cluster.told)


class CheckedBefore:
    """The VidraResources whose objects were held against the guard since this process began.

    What an earlier version applied is at peace and may be refused now: that has to be said once, so a VidraResource
    with such an object has one pass after a start, although nothing is to be done.
    """

    def __init__(self) -> None:
        self._names: set[str] = set()

    def due(self, resource: VidraResource, cluster: Cluster) -> bool:
        """Whether it has to have a pass for this."""
        if resource.metadata.name in self._names:
            return False
        own = cluster.own_namespace
        refs = [ref_of(entry) for entry in resource.status.managed_resources if entry.server == cluster.server]
        return bool(own) and any(may_be_refused(ref) or own in {ref.namespace, ref.name} for ref in refs)

    def note(self, name: str) -> None:
        """It had one."""
        self._names.add(name)

    def forget(self, name: str) -> None:
        """It is gone."""
        self._names.discard(name)
