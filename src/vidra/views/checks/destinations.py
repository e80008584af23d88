"""For every cluster that is named, or has a Secret: whether it answers, and takes the credentials."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import Any

from vidra.api.destination_server import is_local
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.apply.health.evaluator import Verdicts
from vidra.clusters.dry_run import NoopEventHandler
from vidra.clusters.errors import ClusterError
from vidra.clusters.registry import Clusters
from vidra.kube.connection import Connection, NotConfiguredError
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.kubeconfig import parse
from vidra.kube.store import Store
from vidra.kube.types import Secret
from vidra.views.checks.bounded import in_order
from vidra.views.checks.finding import Finding
from vidra.views.checks.part import Part
from vidra.views.checks.rights import signed_in
from vidra.views.hub_objects import stored


async def check_destinations(
    hub: Connection, namespace: str, secrets: Iterable[Secret], items: Iterable[Sync | VidraResource]
) -> AsyncIterator[Finding]:
    """One finding for each server, by name.

    Args:
        hub: The way to the cluster that Vidra runs in.
        namespace: Vidra's own.
        secrets: Those with kubeconfigs that count.
    """
    known = list(secrets)
    clusters = Clusters(hub, (namespace,), stored(known, Store()), NoopEventHandler(), Verdicts())
    try:
        servers = servers_of(known, items)
        async for finding in in_order(Part.DESTINATIONS, servers, _title, lambda server: _check(clusters, server)):
            yield finding
    finally:
        await clusters.close()


def servers_of(secrets: Iterable[Secret], items: Iterable[Sync | VidraResource]) -> list[str]:
    """Every server that a resource names, once."""
    named = (item.spec.destination.server for item in items)
    wanted = [server for server in named if server and not is_local(server)]
    known = [server for secret in secrets for server in _servers(secret)]
    return sorted({server.rstrip("/") for server in (*wanted, *known)})


def _servers(secret: Secret) -> list[str]:
    try:
        return [entry.cluster.server for entry in parse(secret.value("kubeconfig")).clusters]
    except (NotConfiguredError, ValueError):
        return []


def _title(server: str) -> str:
    return f"destination {server}"


async def _check(clusters: Clusters, server: str) -> Finding:
    what = _title(server)
    try:
        client = clusters.get(server).client
        version: dict[str, Any] = await client.get("/version", dict)
        await signed_in(client)
    except (ClusterError, KubeError) as error:
        return Finding(what, "problem", problem_of(error))
    return Finding(what, "ok", f"Kubernetes {version.get('gitVersion')}")


def problem_of(error: ClusterError | KubeError) -> str:
    """Why a cluster cannot be used, and what to do."""
    if isinstance(error, ClusterError):
        return f"{error} ({error.reason}): vidra cluster apply"
    if not isinstance(error, ApiError):
        return f"{error} ({Reason.CLUSTER_UNREACHABLE})"
    if error.unauthorized:
        return f"it does not take the credentials ({Reason.CLUSTER_UNAUTHORIZED}): vidra cluster apply"
    return str(error)
