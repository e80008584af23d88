"""Labels objects that an earlier version of Vidra applied, so that the informers see them: once per owner and process.

Invariant: the label costs each object one metadata write at most. It is not drift, and it reverts no drift.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from vidra.api.resource import ManagedObject
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import Inventory
from vidra.apply.relabel import relabel
from vidra.clusters.cluster import Cluster
from vidra.kube.discovery import Kind
from vidra.kube.run_all import together
from vidra.kube.visibility import Sight

AT_ONCE = 16
"""Objects of one reconcile that are labelled at the same time."""


async def make_visible(inventory: Inventory, cluster: Cluster, owner: Owner) -> None:
    """Label the objects of the inventory that the informers do not show. The informers must have synced.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: The cluster refuses access.
    """
    if owner.manager in cluster.shown:
        return
    places = asyncio.Semaphore(AT_ONCE)

    async def one(kind: Kind, entry: ManagedObject) -> None:
        async with places:
            path = kind.path(entry.namespace, entry.name)
            if found := await relabel(cluster.client, path, uid=entry.uid, owner=owner):
                cluster.observed.note(kind, found)

    entries = [entry for entry in inventory.entries.values() if entry.uid and entry.server == cluster.server]
    await together(one(kind, entry) for kind, entry in _hidden(entries, cluster))
    if all(_complete(entry, cluster) for entry in entries):
        cluster.shown.add(owner.manager)


def _hidden(entries: list[ManagedObject], cluster: Cluster) -> Iterator[tuple[Kind, ManagedObject]]:
    for entry in entries:
        kind = cluster.discovery.known(entry.api_version, entry.kind)
        found = cluster.observed.look(kind, entry.namespace, entry.name) if kind else None
        if kind and found and found.sight is Sight.SEEN and not found.asked and found.state is None:
            yield kind, entry


def _complete(entry: ManagedObject, cluster: Cluster) -> bool:
    """Whether the informers show everything they can of an object. A kind that cannot be watched needs no label."""
    kind = cluster.discovery.known(entry.api_version, entry.kind)
    if kind is None or not kind.watchable:
        return True
    return cluster.observed.look(kind, entry.namespace, entry.name).sight is Sight.SEEN
