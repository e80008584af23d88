"""The clusters of one VidraResource: which identity it uses there, and whether they are the clusters it knew."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from math import inf

import msgspec

from vidra.api.resource import KnownCluster, ManagedObject, VidraResource
from vidra.api.times import DELETION_TIMEOUT, deletion_time_left, duration_or
from vidra.apply.announcements import Announcements, Wait
from vidra.apply.desired.object import Key
from vidra.apply.field_owner import Owner
from vidra.apply.guards.protected import Guard
from vidra.apply.inventory import Inventory
from vidra.clusters.circuit_breaker import ProbePendingError
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.clusters.impersonation import impersonation_of
from vidra.clusters.registry import Clusters
from vidra.controllers.resource.apply.result import ReconcileAbortedError
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.kube.errors import KubeError


class ClusterResolver:
    """Gives live clusters, always under the identity that the spec asks for."""

    def __init__(self, clusters: Clusters, resource: VidraResource) -> None:
        self._clusters = clusters
        self._deleted_at = resource.metadata.deletion_timestamp
        self._spec = resource.spec
        self._known = {item.server: item.uid for item in resource.status.clusters}

    def of(self, resource: VidraResource) -> ClusterResolver:
        """The same for the newer version of the VidraResource."""
        return ClusterResolver(self._clusters, resource)

    def destination(self) -> Cluster:
        """The cluster that the objects go to.

        Raises:
            ClusterError: There is no cluster, or no usable identity for it.
        """
        destination = self._spec.destination
        return self._clusters.get(destination.server, destination.context or "", impersonation_of(self._spec))

    def get(self, server: str) -> Cluster:
        """The cluster of an inventory entry; it may be that of an earlier destination.

        Raises:
            ClusterError: There is no cluster, or no usable identity for it.
        """
        if server == (self._spec.destination.server or ""):
            return self.destination()
        return self._clusters.get(server, identity=impersonation_of(self._spec))

    def announcements(self, since: dict[Key, float]) -> Announcements:
        """Which objects that others have only announced this VidraResource waits for before it removes them.

        Args:
            since: When its waits began (monotonic).
        """
        timeout = duration_or(self._spec.deletion_timeout, DELETION_TIMEOUT)
        left = deletion_time_left(self._deleted_at, self._spec.deletion_timeout, datetime.now(UTC)) - timeout / 2
        deadline = time.monotonic() + left.total_seconds() if self._deleted_at else inf
        return Announcements(self._client_of, Wait((timeout / 2).total_seconds(), since, deadline))

    def _client_of(self, other: VidraResource, server: str) -> Client | None:
        try:
            return ClusterResolver(self._clusters, other).get(server).client
        except ClusterError:
            return None

    def was_replaced(self, cluster: Cluster) -> bool:
        """Whether this is certainly another cluster than the one in the inventory."""
        cluster_record = self._known.get(cluster.server)
        return bool(cluster_record and cluster.uid and cluster_record != cluster.uid)


def kind_at(entry: ManagedObject, cluster: Cluster) -> Kind | None:
    """The kind of an entry in this cluster, if discovery knows it; sends no request."""
    return cluster.discovery.known(entry.api_version, entry.kind) if entry.server == cluster.server else None


def cluster_record(cluster: Cluster) -> tuple[KnownCluster, ...]:
    """What a status keeps of a cluster; nothing for the cluster that Vidra runs in, which stores the status."""
    return (KnownCluster(cluster.server, cluster.uid),) if cluster.server and cluster.uid else ()


class Target(msgspec.Struct, frozen=True):
    """A VidraResource and its destination cluster: the subject of every step of a reconcile."""

    resource: VidraResource
    owner: Owner
    resolver: ClusterResolver
    cluster: Cluster

    def of(self, resource: VidraResource) -> Target:
        """The same with the newer version of the VidraResource."""
        return Target(resource, self.owner, self.resolver.of(resource), self.cluster)


def require_available(cluster: Cluster, resource: VidraResource, owner: Owner) -> None:
    """Return if the circuit breaker of the cluster is closed.

    Raises:
        ProbePendingError: A probe was only just sent.
        ReconcileAbortedError: The cluster is not available.
    """
    try:
        cluster.breaker.require_available(owner.manager)
    except ProbePendingError:
        raise
    except KubeError as error:
        raise ReconcileAbortedError(error, Inventory.of(resource.inventory)) from None


def guard_of(cluster: Cluster) -> Guard:
    """The objects in this cluster that artifacts may not touch."""
    own, *others = cluster.own_namespaces or ("",)
    return Guard(own, tuple(others), told=cluster.told)
