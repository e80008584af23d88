"""Finds out from the cluster which objects of an unproven inventory were applied: before anything is decided by it."""

from __future__ import annotations

import msgspec

from vidra.api.resource import ManagedObject
from vidra.apply.inventory import Inventory, key_of
from vidra.apply.unproven import is_unproven, proven
from vidra.controllers.resource.cluster import Target
from vidra.controllers.resource.observe import see_inventory
from vidra.controllers.resource.status.writer import StatusWriter
from vidra.kube.discovery import StaleDiscoveryError
from vidra.kube.errors import KubeError
from vidra.kube.object_snapshot import ObjectSnapshot


async def prove(target: Target, writer: StatusWriter) -> Target:
    """The same with the UIDs of what shows that it was applied.

    It takes the informers, which are needed anyway, and no request. Where the cluster cannot be asked, nothing is
    proven, and the reconcile ends with the reason. What could not be asked for when the status got its seal, as where
    the VidraResource was suspended, is proven here later.
    """
    resource, cluster = target.resource, target.cluster
    if not any(map(is_unproven, resource.status.managed_resources)):
        return target
    try:
        kinds = await see_inventory(resource.status.managed_resources, cluster, target.owner)
    except (KubeError, StaleDiscoveryError):
        return target

    def seen(entry: ManagedObject) -> ObjectSnapshot | None:
        kind = kinds.get((entry.api_version, entry.kind)) if entry.server == cluster.server else None
        return cluster.observed.get(kind, entry.namespace, entry.name) if kind else None

    before = Inventory.of(resource.status.managed_resources)
    after = proven(before, target.owner, seen)
    changed = (entry for entry in after.listing() if entry.joined and not before.entries[key_of(entry)].joined)
    writer.joined(tuple(changed))
    status = msgspec.structs.replace(resource.status, managed_resources=after.listing())
    return target.of(msgspec.structs.replace(resource, status=status))
