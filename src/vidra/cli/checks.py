"""The checks of `vidra check`, in the order in which one needs the other."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any, Literal, NamedTuple

from vidra.api.names import API_VERSION, GROUP, RESOURCE_PLURAL, SYNC_PLURAL
from vidra.api.reasons import Reason
from vidra.api.sync import InfrahubSync
from vidra.apply.health.evaluator import Verdicts
from vidra.cli import hub_client
from vidra.cli.errors import CommandError, sentence
from vidra.cli.ignored_secrets import elsewhere, unseen
from vidra.cli.log_config import configure
from vidra.clusters.dry_run import NoopEventHandler
from vidra.clusters.errors import ClusterError
from vidra.clusters.registry import Clusters, is_local
from vidra.controllers.runtime.settings import chosen, read
from vidra.controllers.sync.source.resolve import SourceContext, source_of
from vidra.kube.client import Client, encode
from vidra.kube.connection import Connection
from vidra.kube.decode import decode
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.store import Store
from vidra.sources.infrahub import InfrahubPool
from vidra.sources.protocol import SourceError

OLDEST = (1, 27)
"""Kubernetes; the first with what Vidra asks for (aggregated discovery)."""


class Finding(NamedTuple):
    """The result of one check."""

    what: str
    result: Literal["ok", "problem", "unknown"]
    message: str


class Need(NamedTuple):
    """Something that Vidra must be allowed."""

    verbs: tuple[str, ...]
    group: str
    resource: str
    own: bool = False
    """Only in Vidra's own namespace."""


NEEDS = (
    Need(("list", "watch", "patch"), GROUP, SYNC_PLURAL),
    Need(("patch",), GROUP, f"{SYNC_PLURAL}/status"),
    # A VidraResource names its sync as its owner and blocks its deletion: some clusters ask for this.
    Need(("update",), GROUP, f"{SYNC_PLURAL}/finalizers"),
    Need(("list", "watch", "create", "patch", "delete"), GROUP, RESOURCE_PLURAL),
    Need(("patch",), GROUP, f"{RESOURCE_PLURAL}/status"),
    Need(("get", "list", "watch"), "", "namespaces"),
    Need(("list", "watch"), "apiextensions.k8s.io", "customresourcedefinitions"),
    Need(("list", "watch"), "storage.k8s.io", "storageclasses"),
    Need(("create",), "", "events"),
    Need(("get", "create", "delete", "deletecollection"), "", "secrets", own=True),
    Need(("list", "watch"), "", "configmaps", own=True),
    Need(("get", "list", "create", "update", "delete"), "coordination.k8s.io", "leases", own=True),
)
"""What the operator does itself; what the artifacts need comes on top. The Helm chart grants the same."""
TOLD = (Need(("list", "watch"), "", "secrets", own=True),)
"""Credentials and kubeconfigs: in Vidra's own namespace, and in each that --credentials-namespace names."""


def needs() -> tuple[Need, ...]:
    """Everything that the operator must be allowed."""
    return (*NEEDS, *TOLD)


async def checked(way: Connection, account: str, counting: Sequence[str]) -> list[Finding]:
    """All checks; those that cannot be made because an earlier one failed are left out.

    Args:
        counting: The namespaces whose Secrets count, Vidra's own first.
    """
    configure("text", "error")
    client = Client(way)
    try:
        return [finding async for finding in _checks(client, account, counting)]
    finally:
        await client.close()


async def _checks(client: Client, account: str, counting: Sequence[str]) -> AsyncIterator[Finding]:
    namespace = counting[0]
    cluster = await _cluster(client)
    yield cluster
    if cluster.result == "problem":
        return
    definitions = await _definitions(client)
    yield definitions
    yield await _rights(client, account, counting)
    if definitions.result == "problem":
        return
    try:
        maps, infrahubs, clusters = await asyncio.gather(
            hub_client.config_maps(client, namespace),
            hub_client.infrahub_secrets(client, counting),
            hub_client.cluster_secrets(client, counting),
        )
        syncs, resources = await asyncio.gather(hub_client.syncs(client), hub_client.resources(client))
    except (KubeError, CommandError) as error:
        yield Finding("what Vidra reads", "problem", str(error))
        return
    async for finding in _elsewhere(client, counting):
        yield finding
    source = chosen(maps, namespace)
    settings, complaints = read(source.data if source else {})
    yield _settings(f"{source.metadata.namespace}/{source.metadata.name}" if source else "", complaints)
    known = SourceContext(hub_client.stored(infrahubs, Store()), hub_client.stored(syncs, Store()), namespace)
    async for finding in _infrahubs(syncs, settings.query_name, known):
        yield finding
    named = [item.spec.destination.server for item in syncs] + [item.spec.destination.server for item in resources]
    wanted = {server for server in named if server and not is_local(server)}
    servers = {server for secret in clusters for server in _servers(secret)}
    pool = Clusters(
        client.connection, (namespace,), hub_client.stored(clusters, Store()), NoopEventHandler(), Verdicts()
    )
    try:
        for server in sorted({server.rstrip("/") for server in (*wanted, *servers)}):
            yield await _destination(pool, server)
    finally:
        await pool.close()


async def _elsewhere(client: Client, counting: Sequence[str]) -> AsyncIterator[Finding]:
    """What is labelled for Vidra and does not count. Whether it is meant to nobody knows here."""
    try:
        said = await elsewhere(client, counting, counting[0])
    except ApiError as error:
        said = [unseen(error)]
    for message in said:
        yield Finding("elsewhere", "unknown", message)


async def _cluster(client: Client) -> Finding:
    what = f"cluster {client.connection.server}"
    try:
        version: dict[str, Any] = await client.get("/version", dict)
    except KubeError as error:
        return Finding(what, "problem", sentence(error) or str(error))
    digits = [
        int("".join(char for char in str(version.get(part, "0")) if char.isdigit()) or 0) for part in ("major", "minor")
    ]
    if tuple(digits) < OLDEST:
        return Finding(
            what, "problem", f"Kubernetes {version.get('gitVersion')} is older than v1.27: upgrade the cluster"
        )
    return Finding(what, "ok", f"Kubernetes {version.get('gitVersion')}")


async def _definitions(client: Client) -> Finding:
    from vidra.api.crds import crds

    missing, other = [], []
    for definition in crds():
        name = definition["metadata"]["name"]
        path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{name}"
        try:
            live: Any = await client.get(path, dict)
        except ApiError as error:
            if error.not_found:
                missing.append(name)
                continue
            return Finding("definitions", "unknown", str(error))
        if not _contains(live["spec"], definition["spec"]):
            other.append(name)
    if missing:
        return Finding(
            "definitions",
            "problem",
            f"{', '.join(missing)} missing: vidra install, or vidra crds | kubectl apply --server-side -f -",
        )
    if other:
        return Finding(
            "definitions",
            "problem",
            f"{', '.join(other)} not as this version needs it: "
            "vidra crds | kubectl apply --server-side --force-conflicts -f -",
        )
    return Finding("definitions", "ok", API_VERSION)


async def _rights(client: Client, account: str, counting: Sequence[str]) -> Finding:
    """Ask the API server itself (SelfSubjectAccessReview, or SubjectAccessReview for somebody else)."""
    what = f"rights of {account}" if account else "rights"
    try:
        asked = [(need, counting[0] if need.own else "") for need in needs()]
        asked += [(need, namespace) for need in TOLD for namespace in counting[1:]]
        answers = await asyncio.gather(
            *(_may(client, verb, need, namespace, account) for need, namespace in asked for verb in need.verbs)
        )
    except KubeError as error:
        return Finding(what, "unknown", str(error))
    denied = [answer for answer in answers if answer]
    if denied:
        return Finding(
            what,
            "problem",
            f"not allowed: {'; '.join(denied)}: bind the ClusterRole vidra (vidra install --image, or the chart)",
        )
    return Finding(
        what, "ok", "everything that Vidra needs for itself; what artifacts need shows when they are applied"
    )


async def _may(client: Client, verb: str, need: Need, namespace: str, account: str) -> str:
    """Empty if it is allowed, else what is not."""
    resource, _, subresource = need.resource.partition("/")
    attributes = {"verb": verb, "group": need.group, "resource": resource, "subresource": subresource}
    if namespace:
        attributes["namespace"] = namespace
    kind, spec = "SelfSubjectAccessReview", {"resourceAttributes": attributes}
    if account:
        place, _, name = account.partition(":")
        kind, spec = "SubjectAccessReview", {**spec, "user": f"system:serviceaccount:{place}:{name}"}  # type: ignore[dict-item]
    body = encode({"apiVersion": "authorization.k8s.io/v1", "kind": kind, "spec": spec})
    answer = decode(await client.send("POST", f"/apis/authorization.k8s.io/v1/{kind.lower()}s", body=body), dict)
    return "" if answer.get("status", {}).get("allowed") else _said(verb, need, namespace)


def _said(verb: str, need: Need, namespace: str) -> str:
    return f"{verb} {need.resource}{f' in {namespace}' if namespace else ''}"


def _settings(source: str, complaints: tuple[str, ...]) -> Finding:
    if complaints:
        return Finding("settings", "problem", f"{source}: {'; '.join(complaints)}")
    return Finding(
        "settings", "ok", f"ConfigMap {source}" if source else "defaults: no ConfigMap is labelled app=vidra"
    )


async def _infrahubs(syncs: list[InfrahubSync], query: str, known: SourceContext) -> AsyncIterator[Finding]:
    """For every sync: whether credentials are there, the log-in works and the stored query gives a list."""
    if not syncs:
        yield Finding("infrahub", "unknown", "no sync names one yet")
    pool = InfrahubPool()
    try:
        for sync in sorted(syncs, key=lambda item: item.metadata.name):
            yield await _infrahub(sync, query, known, pool)
    finally:
        await pool.close()


async def _infrahub(sync: InfrahubSync, query: str, known: SourceContext, pool: InfrahubPool) -> Finding:
    what = f"infrahub of {sync.metadata.name}"
    remarks: list[str] = []
    try:
        source = await source_of(sync, query, known, pool, lambda _reason, message: remarks.append(message))
        listing = await source.list()
    except SourceError as error:
        return Finding(what, "problem", f"{error} ({error.reason})")
    if listing.missing:
        return Finding(what, "problem", f"the list is incomplete: {listing.missing}")
    number = len(listing.artifacts)
    if not number:
        return Finding(
            what, "problem", f"no artifact is called {sync.spec.source.artifact!r}: check the name and the branch"
        )
    return Finding(what, "ok", "; ".join([f"{number} artifact{'' if number == 1 else 's'}", *remarks]))


async def _destination(clusters: Clusters, server: str) -> Finding:
    what = f"destination {server}"
    try:
        client = clusters.get(server).client
        version: dict[str, Any] = await client.get("/version", dict)
        await _signed_in(client)
    except ClusterError as error:
        return Finding(what, "problem", f"{error} ({error.reason}): vidra cluster apply")
    except ApiError as error:
        if error.unauthorized:
            return Finding(
                what,
                "problem",
                f"it does not take the credentials ({Reason.CLUSTER_UNAUTHORIZED}): vidra cluster apply",
            )
        return Finding(what, "problem", str(error))
    except KubeError as error:
        return Finding(what, "problem", f"{error} ({Reason.CLUSTER_UNREACHABLE})")
    return Finding(what, "ok", f"Kubernetes {version.get('gitVersion')}")


async def _signed_in(client: Client) -> None:
    """Whether the credentials are good: /version is for everybody."""
    body = encode(
        {
            "apiVersion": "authorization.k8s.io/v1",
            "kind": "SelfSubjectAccessReview",
            "spec": {"nonResourceAttributes": {"path": "/api", "verb": "get"}},
        }
    )
    await client.send("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", body=body)


def _servers(secret: Any) -> list[str]:
    from vidra.kube.connection import NotConfiguredError
    from vidra.kube.kubeconfig import parse

    try:
        return [entry.cluster.server for entry in parse(secret.value("kubeconfig")).clusters]
    except (NotConfiguredError, ValueError):
        return []


def _contains(live: Any, wanted: Any) -> bool:
    """Whether everything that is wanted is there; servers add defaults."""
    if isinstance(wanted, dict) and isinstance(live, dict):
        return all(key in live and _contains(live[key], value) for key, value in wanted.items())
    if isinstance(wanted, (list, tuple)) and isinstance(live, list):
        return len(wanted) == len(live) and all(_contains(*pair) for pair in zip(live, wanted, strict=True))
    return bool(live == wanted)
