"""What a cluster keeps from artifacts, and what was applied before that was asked: pure."""

from __future__ import annotations

from vidra.api.resource import VidraResource
from vidra.apply.guards.protected import Guard, may_be_refused
from vidra.apply.inventory import ref_of
from vidra.clusters.cluster import Cluster


def guard_of(cluster: Cluster) -> Guard:
    """What this cluster keeps from artifacts."""
    own, *others = cluster.own_namespaces or ("",)
    return Guard(own, tuple(others), told=cluster.told)


def guard_check_due(resource: VidraResource, cluster: Cluster) -> bool:
    """Whether the inventory has objects that the guard may refuse.

    What an earlier version applied is up to date and may be refused now. That has to be said once, so a VidraResource
    with such an object is applied once after a start, although nothing is to be done.
    """
    own = cluster.own_namespace
    refs = [ref_of(entry) for entry in resource.status.managed_resources if entry.server == cluster.server]
    return bool(own) and any(may_be_refused(ref) or own in {ref.namespace, ref.name} for ref in refs)
