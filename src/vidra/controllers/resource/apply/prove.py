"""Finds out from the cluster which objects of an unproven inventory were applied: before anything is decided by it."""

from __future__ import annotations

import msgspec

from vidra.api.resource import ManagedObject, VidraResource
from vidra.apply.desired.object import Key
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import Inventory, key_of
from vidra.apply.unproven import not_shown, proven
from vidra.controllers.resource.cluster import Target
from vidra.controllers.resource.observe import Kinds, see_inventory
from vidra.controllers.resource.status.writer import StatusWriter
from vidra.kube.discovery import Kind, StaleDiscoveryError
from vidra.kube.errors import KubeError
from vidra.kube.object_snapshot import ObjectSnapshot
from vidra.kube.operations import look
from vidra.kube.partial_metadata import LiveMeta

_BIRTHMARK = b'"f:kubernetes.io/metadata.name"'
"""A label that a Namespace gets at its creation, with its creator as field manager."""


async def prove(target: Target, writer: StatusWriter) -> VidraResource:
    """The VidraResource with the UIDs of what shows that it was applied; what does not is said.

    Informers are needed for all of it anyway, so that it costs a request only for a Namespace. Where the cluster cannot
    be asked, nothing is proven, and the reconcile ends with the reason.
    """
    resource, cluster, owner = target.resource, target.cluster, target.owner
    inventory = Inventory.of(resource.status.managed_resources)
    try:
        kinds = await see_inventory(resource.status.managed_resources, cluster, owner)
        older = await _older(target, inventory, kinds)
    except (KubeError, StaleDiscoveryError):
        return resource

    def seen(entry: ManagedObject) -> ObjectSnapshot | None:
        kind = kinds.get((entry.api_version, entry.kind)) if entry.server == cluster.server else None
        return cluster.observed.get(kind, entry.namespace, entry.name) if kind else None

    inventory = proven(inventory, owner, seen, older)
    writer.unproven(not_shown(inventory, seen))
    status = msgspec.structs.replace(resource.status, managed_resources=inventory.listing())
    return msgspec.structs.replace(resource, status=status)


async def _older(target: Target, inventory: Inventory, kinds: Kinds) -> frozenset[Key]:
    """The Namespaces that somebody else created, whatever the inventory says.

    Raises:
        KubeError: The cluster does not answer, or refuses.
    """
    kind, found = kinds.get(("v1", "Namespace")), set[Key]()
    for entry in inventory.entries.values() if kind else ():
        mine = (entry.api_version, entry.kind, entry.server) == ("v1", "Namespace", target.cluster.server)
        if kind and mine and not entry.joined and not await _is_created_by(target, kind, entry):
            found.add(key_of(entry))
    return frozenset(found)


async def _is_created_by(target: Target, kind: Kind, entry: ManagedObject) -> bool:
    """Whether the owner created a Namespace; one that does not exist was not there before it.

    Raises:
        KubeError: The cluster does not answer, or refuses.
    """
    live = await look(target.cluster.client, kind.path("", entry.name))
    return live is None or created_by(live.metadata, target.owner)


def created_by(meta: LiveMeta, owner: Owner) -> bool:
    """Whether an owner created a Namespace: it holds the label that comes with creation."""
    return any(entry.manager == owner.manager and _BIRTHMARK in bytes(entry.fields) for entry in meta.managed_fields)
