"""Looks whether the objects of an inventory are there: one request for each kind and cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE
from vidra.api.resource import ManagedObject
from vidra.clusters.errors import ClusterError
from vidra.clusters.registry import Clusters
from vidra.kube.discovery import StaleDiscoveryError
from vidra.kube.errors import KubeError
from vidra.kube.object_snapshot import snapshot_of
from vidra.kube.operations import look
from vidra.kube.partial_metadata import METADATA_LIST, LiveList, LiveMeta

Group = tuple[str, str, str]
"""Server, apiVersion and kind."""
State = Literal["ok", "missing", "terminating", "unknown"]


class LiveState(msgspec.Struct, frozen=True):
    """The state of one live object."""

    meta: LiveMeta | None = None
    why: str = ""
    """Why it cannot be seen."""

    def state(self, uid: str) -> State:
        """In one word. An object that cannot be seen is neither present nor deleted.

        Args:
            uid: Of the object that was applied; empty when that is not known.
        """
        if self.why:
            return "unknown"
        if self.meta is None or (uid and self.meta.uid != uid):
            return "missing"
        return "terminating" if self.meta.deletion_timestamp else "ok"

    def owners(self, managers: Mapping[str, str]) -> list[str]:
        """Who holds something of it: VidraResources by name, and the field managers that belong to none.

        Args:
            managers: Names of the VidraResources by field manager.
        """
        holders = snapshot_of(self.meta).holders if self.meta else ()
        return [managers.get(manager, manager) for manager, _ in holders]


async def live_states(clusters: Clusters, entries: Sequence[ManagedObject]) -> list[LiveState]:
    """The state of each entry, in their order. If a cluster cannot be seen, each of its objects says why."""
    groups = sorted({_group(entry) for entry in entries})
    found = dict(zip(groups, await asyncio.gather(*(_listed(clusters, *group) for group in groups)), strict=True))
    return list(await asyncio.gather(*(_live_state(clusters, entry, found[_group(entry)]) for entry in entries)))


def _group(entry: ManagedObject) -> Group:
    return entry.server, entry.api_version, entry.kind


async def _listed(
    clusters: Clusters, server: str, api_version: str, kind: str
) -> dict[tuple[str, str], LiveMeta] | str:
    """The managed objects of a kind by namespace and name, or why they cannot be had."""
    try:
        cluster = clusters.get(server)
        served = await cluster.discovery.find(api_version, kind)
        if served is None:
            return {}
        query = {"labelSelector": f"{MANAGED_LABEL}={MANAGED_VALUE}"}
        listing = await cluster.client.get(served.path(), LiveList, accept=METADATA_LIST, query=query)
    except (ClusterError, StaleDiscoveryError, KubeError) as error:
        return _said(error)
    return {(item.metadata.namespace, item.metadata.name): item.metadata for item in listing.items or ()}


async def _live_state(
    clusters: Clusters, entry: ManagedObject, group: dict[tuple[str, str], LiveMeta] | str
) -> LiveState:
    if isinstance(group, str):
        return LiveState(why=group)
    if meta := group.get((entry.namespace, entry.name)):
        return LiveState(meta)
    # Somebody may have taken off the label that the list went by.
    cluster = clusters.get(entry.server)
    served = cluster.discovery.known(entry.api_version, entry.kind)
    try:
        live = await look(cluster.client, served.path(entry.namespace, entry.name)) if served else None
    except KubeError as error:
        return LiveState(why=_said(error))
    return LiveState(live.metadata if live else None)


def _said(error: Exception) -> str:
    """Why something cannot be seen; never empty, which would say that it was seen."""
    return str(error) or type(error).__name__
