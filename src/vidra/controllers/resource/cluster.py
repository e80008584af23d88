"""The clusters of one VidraResource: as whom it goes there, and whether they are still those that it knew."""

from __future__ import annotations

import msgspec

from vidra.api.resource import KnownCluster, ManagedObject, VidraResource
from vidra.apply.field_owner import Owner
from vidra.apply.guards.protected import Guard
from vidra.apply.inventory import Inventory
from vidra.clusters.circuit_breaker import ProbePendingError
from vidra.clusters.cluster import Cluster
from vidra.clusters.impersonation import impersonation_of
from vidra.clusters.registry import Clusters
from vidra.controllers.resource.apply.result import ReconcileAbortedError
from vidra.kube.discovery import Kind
from vidra.kube.errors import KubeError


class ClusterResolver:
    """Gives live clusters under the identity that the spec asks for, never under another."""

    def __init__(self, clusters: Clusters, resource: VidraResource) -> None:
        self._clusters = clusters
        self._spec = resource.spec
        self._known = {item.server: item.uid for item in resource.status.clusters}

    def of(self, resource: VidraResource) -> ClusterResolver:
        """The same for what has become of the VidraResource."""
        return ClusterResolver(self._clusters, resource)

    def destination(self) -> Cluster:
        """The cluster that the objects go to.

        Raises:
            ClusterError: There is none, or no usable identity for it.
        """
        destination = self._spec.destination
        return self._clusters.get(destination.server, destination.context or "", impersonation_of(self._spec))

    def get(self, server: str) -> Cluster:
        """The cluster of an entry of the inventory; it may be that of an earlier destination.

        Raises:
            ClusterError: There is none, or no usable identity for it.
        """
        if server == self._spec.destination.server:
            return self.destination()
        return self._clusters.get(server, identity=impersonation_of(self._spec))

    def was_replaced(self, cluster: Cluster) -> bool:
        """Whether this is certainly not the cluster that the inventory speaks of."""
        cluster_record = self._known.get(cluster.server)
        return bool(cluster_record and cluster.uid and cluster_record != cluster.uid)


def kind_at(entry: ManagedObject, cluster: Cluster) -> Kind | None:
    """The kind of an entry that is in this cluster, if it is known; asks nobody."""
    return cluster.discovery.known(entry.api_version, entry.kind) if entry.server == cluster.server else None


def cluster_record(cluster: Cluster) -> tuple[KnownCluster, ...]:
    """What a status keeps of a cluster; nothing of the one that Vidra runs in, which the status itself is in."""
    return (KnownCluster(cluster.server, cluster.uid),) if cluster.server and cluster.uid else ()


class Target(msgspec.Struct, frozen=True):
    """A VidraResource and the cluster that its objects go to: what every step of a reconcile is about."""

    resource: VidraResource
    owner: Owner
    resolver: ClusterResolver
    cluster: Cluster

    def of(self, resource: VidraResource) -> Target:
        """The same with what has become of the VidraResource."""
        return Target(resource, self.owner, self.resolver.of(resource), self.cluster)


def require_available(cluster: Cluster, resource: VidraResource, owner: Owner) -> None:
    """Go on only if the cluster is there, as far as its circuit breaker knows.

    Raises:
        ProbePendingError: It was only just asked.
        ReconcileAbortedError: It is not.
    """
    try:
        cluster.breaker.require_available(owner.manager)
    except ProbePendingError:
        raise
    except KubeError as error:
        raise ReconcileAbortedError(error, Inventory.of(resource.status.managed_resources)) from None


def guard_of(cluster: Cluster) -> Guard:
    """What this cluster keeps from artifacts."""
    own, *others = cluster.own_namespaces or ("",)
    return Guard(own, tuple(others), told=cluster.told)
