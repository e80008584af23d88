"""What a chart sees of its destination: what the cluster is capable of, and the objects that it may look up."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from vidra.api.policies import Policies
from vidra.api.reasons import Reason
from vidra.api.sources.release import Lookup
from vidra.api.sync import Destination
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.clusters.impersonation import impersonation_of
from vidra.clusters.registry import Clusters
from vidra.kube.discovery import Capabilities, StaleDiscoveryError
from vidra.kube.errors import ApiError, KubeError
from vidra.render.request import Lookup as Seen

_WRITTEN_ALONG = ("managedFields", "resourceVersion", "generation")
"""Metadata that changes with every write, and that no template is about."""


class View(msgspec.Struct, frozen=True):
    """What can be seen of a destination now."""

    capabilities: Capabilities | None = None
    """None: it cannot be asked."""
    lookups: tuple[Seen, ...] | None = None
    """The same."""
    reason: Reason = Reason.CLUSTER_UNREACHABLE
    why: str = ""
    """Why it cannot."""


async def view(
    clusters: Clusters, destination: Destination, policies: Policies, lookups: Sequence[Lookup], namespace: str
) -> View:
    """Look at a destination, with the identity that its objects are applied under.

    Args:
        namespace: Where a lookup without a namespace is.
    """
    try:
        cluster = clusters.get(destination.server, destination.context or "", impersonation_of(policies))
    except ClusterError as error:
        return View(reason=error.reason, why=str(error))
    try:
        await _answering(cluster)
        if refused := _of_vidra(cluster, lookups, namespace):
            return View(reason=Reason.PROTECTED, why=refused)
        capabilities = await cluster.discovery.capabilities()
        seen = await asyncio.gather(*(_look_up(cluster, lookup, namespace) for lookup in lookups))
    except ApiError as error:
        reason = Reason.FORBIDDEN if error.code == 403 else Reason.CLUSTER_UNREACHABLE
        return View(reason=reason, why=str(error))
    except (KubeError, StaleDiscoveryError) as error:
        return View(why=str(error))
    return View(capabilities, tuple(seen))


async def _answering(cluster: Cluster) -> None:
    """Wait until it is known whether the cluster answers.

    Raises:
        KubeError: It does not.
    """
    if not cluster.breaker.answered.is_set():
        cluster.breaker.probe()
        await cluster.breaker.answered.wait()
    cluster.breaker.require_available("", passing=True)


def _of_vidra(cluster: Cluster, lookups: Sequence[Lookup], namespace: str) -> str:
    """Why something may not be looked up: who may edit a sync would read Vidra's own credentials with it."""
    places = {lookup.namespace or namespace for lookup in lookups} & set(cluster.own_namespaces)
    return f"nothing is looked up in the namespace {min(places)}, which holds credentials of Vidra" if places else ""


async def _look_up(cluster: Cluster, lookup: Lookup, namespace: str) -> Seen:
    kind = await cluster.discovery.find(lookup.api_version, lookup.kind)
    where = (lookup.namespace or namespace) if kind is None or kind.namespaced else ""
    found = Seen(api_version=lookup.api_version, kind=lookup.kind, namespace=where, name=lookup.name)
    if kind is None:
        return found
    try:
        item = await cluster.client.get(kind.path(where, lookup.name), dict[str, Any])
    except ApiError as error:
        if error.not_found:
            return found
        raise
    return msgspec.structs.replace(found, object=_without_writes(item))


def _without_writes(item: Mapping[str, Any]) -> dict[str, Any]:
    """The object without what every write changes: else a status that is written anew would look like a change."""
    meta = {key: value for key, value in item.get("metadata", {}).items() if key not in _WRITTEN_ALONG}
    return {**item, "metadata": meta}
