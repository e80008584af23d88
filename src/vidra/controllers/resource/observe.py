"""Has the informers of a cluster show the objects of a VidraResource, and nothing else for it from then on."""

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
    """See the objects of an inventory; gives their kinds.

    Raises:
        KubeError: The cluster does not answer.
        StaleDiscoveryError: Whoever serves some kind does not.
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
    """See the objects of a manifest, and those of the inventory that it may no longer have.

    Raises:
        KubeError: The cluster does not answer, or does not let Vidra in at all.
    """
    cluster = target.cluster
    objects = [(item.kind, item.ref.namespace, item.ref.name) for item in want.objects.values()]
    # A kind that is not known here is not watched either; whether it is gone is for the pruner to find out.
    objects += [
        (kind, entry.namespace, entry.name)
        for entry in before.entries.values()
        if entry.server == cluster.server and (kind := cluster.discovery.known_as(entry.api_version, entry.kind))
    ]
    await cluster.observed.see(target.owner.manager, objects)


async def watch_for_deletion(entries: Iterable[ManagedObject], cluster: Cluster, owner: Owner) -> None:
    """Have the end of each object seen when it comes; an operator that has just started watches nothing yet.

    What may not be watched is not asked for: each object is looked at when it is deleted.
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
