"""Decides, without a request or a write, that nothing is to be done. This is all that a steady state costs."""

from __future__ import annotations

import msgspec

from vidra.api.conditions import ConditionType, find
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, VidraResource
from vidra.apply.ended_objects import ended_of
from vidra.apply.guards.protected import may_be_refused
from vidra.apply.inventory import ref_of
from vidra.apply.revision import is_up_to_date
from vidra.clusters.cluster import Cluster
from vidra.controllers.resource.checksum import checksum_of
from vidra.controllers.resource.cluster import Target, cluster_record
from vidra.controllers.resource.drift.suspects import Suspects
from vidra.controllers.resource.observe import Kinds, see_inventory
from vidra.controllers.runtime.predicates import requested_at
from vidra.kube.discovery import StaleDiscoveryError
from vidra.kube.errors import KubeError

_SETTLED = frozenset({Reason.APPLIED, Reason.WAITING_FOR_HEALTH, Reason.UNHEALTHY})
"""Reasons of a VidraResource whose objects are all applied."""
_UNSEEN = frozenset({Reason.FORBIDDEN, Reason.NOT_OBSERVED})
"""The same, for one that also waits for their health."""


def last_reconcile_complete(resource: VidraResource) -> bool:
    """Whether the last reconcile was complete, and none was requested since."""
    status = resource.status
    ready = find(status.conditions, ConditionType.READY)
    return (
        ready is not None
        and ready.observed_generation >= resource.metadata.generation
        and (ready.reason in _SETTLED or (resource.spec.wait and ready.reason in _UNSEEN))
        and not status.problems
        and not status.drifted  # whether it still is drifted has to be checked
        and status.applied_checksum == checksum_of(resource)
        and status.last_handled_requested_at == requested_at(resource.metadata)
    )


def was_applied(resource: VidraResource) -> bool:
    """Whether the manifest is the one that was last applied completely, under the same spec."""
    status = resource.status
    same_spec = status.observed_generation >= resource.metadata.generation
    return same_spec and status.applied_checksum == checksum_of(resource)


async def nothing_to_do(target: Target, suspects: Suspects, *, guard_checked: bool) -> bool:
    """Whether the last reconcile was complete, none was requested, and no object changed since.

    Args:
        suspects: Objects that may have changed without a trace in managedFields.
        guard_checked: The objects were checked against the cluster's guard since this process began.
    """
    if not guard_checked and _guard_check_due(target.resource, target.cluster):
        return False
    status = target.resource.status
    identified = not status.managed_resources or set(cluster_record(target.cluster)) <= set(status.clusters)
    if not last_reconcile_complete(target.resource) or not identified:
        return False
    try:
        kinds = await see_inventory(status.managed_resources, target.cluster, target.owner)
    except (KubeError, StaleDiscoveryError):
        return False
    return all(_is_untouched(target, entry, kinds, suspects) for entry in status.managed_resources)


def distrusted(resource: VidraResource) -> VidraResource:
    """A VidraResource whose status may be older than the cluster's state: everything is applied once more."""
    entries = tuple(msgspec.structs.replace(entry, revision="") for entry in resource.status.managed_resources)
    status = msgspec.structs.replace(resource.status, managed_resources=entries, applied_checksum="")
    return msgspec.structs.replace(resource, status=status)


def _is_untouched(target: Target, entry: ManagedObject, kinds: Kinds, suspects: Suspects) -> bool:
    """Whether the informer shows the object as up to date, and it cannot have changed without a trace."""
    kind = kinds.get((entry.api_version, entry.kind))
    if kind is None or entry.server != target.cluster.server:
        return False
    live = target.cluster.observed.get(kind, entry.namespace, entry.name)
    ended = live is None and bool(ended_of(entry, kind, target.cluster.observed))
    if not is_up_to_date(entry, live, target.owner.manager, ended=ended):
        return False
    return live is None or not suspects.about(entry, live, target.owner.manager)


def _guard_check_due(resource: VidraResource, cluster: Cluster) -> bool:
    """Whether the inventory has objects that the guard may refuse.

    An object that an earlier version applied can be up to date and be refused by this version. The status has to say so
    once. So a VidraResource with such an object is applied once after a start, even if nothing else is to be done.
    """
    own = cluster.own_namespace
    refs = [ref_of(entry) for entry in resource.status.managed_resources if entry.server == cluster.server]
    return bool(own) and any(may_be_refused(ref) or own in {ref.namespace, ref.name} for ref in refs)
