"""Tells, without writing or fetching anything, that nothing is to be done: what a steady state consists of."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec

from vidra.api.conditions import ConditionType, find
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, VidraResource
from vidra.apply.ended_objects import ended_of
from vidra.apply.field_owner import Owner
from vidra.apply.plan import held_of
from vidra.clusters.cluster import Cluster
from vidra.controllers.resource.cluster import cluster_record
from vidra.controllers.resource.drift.suspects import Suspects
from vidra.controllers.runtime.predicates import requested_at
from vidra.kube.discovery import Kind, StaleDiscoveryError
from vidra.kube.errors import KubeError

FILL_WITHIN = 10.0
"""Seconds that the views of the objects' kinds may take to fill, after a start."""


_SETTLED = frozenset({Reason.APPLIED, Reason.WAITING_FOR_HEALTH, Reason.UNHEALTHY})
"""Reasons of a VidraResource whose objects are all applied."""
_UNSEEN = frozenset({Reason.FORBIDDEN, Reason.NOT_OBSERVED})
"""The same, of one that waits for their health."""


def last_reconcile_complete(resource: VidraResource) -> bool:
    """Whether the last pass was complete, and nobody asked for another."""
    status = resource.status
    ready = find(status.conditions, ConditionType.READY)
    return (
        ready is not None
        and ready.observed_generation >= resource.metadata.generation
        and (ready.reason in _SETTLED or (resource.spec.wait and ready.reason in _UNSEEN))
        and not status.problems
        and not status.drifted  # whether it still is has to be looked up
        and status.applied_checksum == checksum_of(resource)
        and status.last_handled_requested_at == requested_at(resource.metadata)
    )


async def is_up_to_date(resource: VidraResource, cluster: Cluster, owner: Owner, suspects: Suspects) -> bool:
    """Whether the last pass was complete, nobody asked for another, and no object was touched since."""
    status = resource.status
    identified = not status.managed_resources or set(cluster_record(cluster)) <= set(status.clusters)
    if not last_reconcile_complete(resource) or not identified:
        return False
    try:
        kinds = await watched(status.managed_resources, cluster, owner)
    except (KubeError, StaleDiscoveryError):
        return False
    return all(_untouched(entry, kinds, cluster, owner, suspects) for entry in status.managed_resources)


async def watched(entries: Sequence[ManagedObject], cluster: Cluster, owner: Owner) -> dict[tuple[str, str], Kind]:
    """See the objects of an inventory from now on; gives their kinds, as far as the cluster serves them.

    Raises:
        KubeError: The cluster does not answer.
        StaleDiscoveryError: Whoever serves some kind does not.
    """
    kinds = await _kinds(entries, cluster)
    here = [entry for entry in entries if entry.server == cluster.server]
    objects = [
        (kind, entry.namespace, entry.name) for entry in here if (kind := kinds.get((entry.api_version, entry.kind)))
    ]
    await cluster.observed.see(owner.manager, objects, FILL_WITHIN)
    return kinds


def distrusted(resource: VidraResource) -> VidraResource:
    """A VidraResource whose status may be older than what is in the cluster: all of it is applied once more."""
    entries = tuple(msgspec.structs.replace(entry, revision="") for entry in resource.status.managed_resources)
    status = msgspec.structs.replace(resource.status, managed_resources=entries, applied_checksum="")
    return msgspec.structs.replace(resource, status=status)


def checksum_of(resource: VidraResource) -> str:
    """The MD5 of the text that a VidraResource stands for."""
    content = resource.spec.content
    if content is not None:
        return content.checksum
    return hashlib.md5((resource.spec.manifest or "").encode(), usedforsecurity=False).hexdigest()


async def _kinds(entries: Sequence[ManagedObject], cluster: Cluster) -> dict[tuple[str, str], Kind]:
    """The kinds of the entries, as far as the cluster serves them."""
    names = {(entry.api_version, entry.kind) for entry in entries}
    found = {name: await cluster.discovery.find(*name) for name in names}
    return {name: kind for name, kind in found.items() if kind is not None}


def _untouched(
    entry: ManagedObject, kinds: dict[tuple[str, str], Kind], cluster: Cluster, owner: Owner, suspects: Suspects
) -> bool:
    """Whether the cluster shows the object that was applied, with all its fields still in the owner's hands."""
    kind = kinds.get((entry.api_version, entry.kind))
    live = cluster.observed.get(kind, entry.namespace, entry.name) if kind else None
    if live is None and kind and ended_of(entry, kind, cluster.observed):
        return entry.server == cluster.server and bool(entry.revision)
    return (
        live is not None
        and entry.server == cluster.server
        and live.uid == entry.uid
        and not live.terminating
        and held_of(entry) == live.digest(owner.manager)
        and not suspects.about(owner.name, entry, live)
    )
