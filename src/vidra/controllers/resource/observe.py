"""Makes the informers of a cluster watch the objects of a VidraResource, and from then on nothing else for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidra.api.resource import ManagedObject
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import Inventory
from vidra.clusters.cluster import Cluster
from vidra.controllers.resource.apply.desired_state import DesiredState
from vidra.controllers.resource.cluster import Target
from vidra.kube.discovery import Kind, StaleDiscoveryError

Kinds = dict[tuple[str, str], Kind]
"""By apiVersion and kind, as far as the cluster serves them."""


async def see_inventory(entries: Sequence[ManagedObject], cluster: Cluster, owner: Owner) -> Kinds:
    """Watch the objects of an inventory; returns their kinds.

    Raises:
        KubeError: The cluster does not answer.
        StaleDiscoveryError: The server of some kind does not answer.
    """
    names = {(entry.api_version, entry.kind) for entry in entries}
    found = {name: await cluster.discovery.find(*name) for name in names}
    kinds = {name: kind for name, kind in found.items() if kind is not None}
    here = [entry for entry in entries if entry.server == cluster.server]
    objects = [
        (kind, entry.namespace, entry.name) for entry in here if (kind := kinds.get((entry.api_version, entry.kind)))
    ]
    await cluster.observed.see(owner.manager, objects)
    return kinds


async def see_desired(target: Target, want: DesiredState, before: Inventory) -> None:
    """Watch the objects of a manifest, and those of the inventory that it may no longer have.

    Raises:
        KubeError: The cluster does not answer, or refuses all access.
    """
    cluster = target.cluster
    objects = [(item.kind, item.ref.namespace, item.ref.name) for item in want.objects.values()]
    # A kind that discovery does not know is not watched. The pruner finds out whether it was deleted.
    objects += [
        (kind, entry.namespace, entry.name)
        for entry in before.entries.values()
        if entry.server == cluster.server and (kind := cluster.discovery.known_as(entry.api_version, entry.kind))
    ]
    await cluster.observed.see(target.owner.manager, objects)


async def watch_for_deletion(entries: Iterable[ManagedObject], cluster: Cluster, owner: Owner) -> None:
    """Watch each object for its deletion. An operator that has just started watches nothing yet.

    Kinds that may not be watched are left out: their objects are read when they are deleted.
    """
    objects: list[tuple[Kind, str, str]] = []
    for entry in entries:
        try:
            kind = await cluster.discovery.serving(entry.api_version, entry.kind)
        except StaleDiscoveryError:
            continue
        if kind is not None:
            objects.append((kind, entry.namespace, entry.name))
    await cluster.observed.watch(owner.manager, objects)
