"""Fills a control plane in which no operator works with syncs and VidraResources in every state, for a page to show."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from vidra.api.names import API_VERSION, PATHS, SYNC_KIND, VIDRA_SYNC_KIND
from vidra.api.times import rfc3339
from vidra.apply.guards.prune_limit import set_id
from vidra.kube.client import MERGE_PATCH, Client, encode
from vidra.views.hub_paths import RESOURCES

Json = dict[str, Any]

STATES: tuple[tuple[str, str, str], ...] = (
    ("True", "Synced", "{} artifacts with {} objects applied"),
    ("True", "Synced", "{} artifacts with {} objects applied"),
    ("False", "SourceUnreachable", "no answer from the source: connection refused"),
    ("True", "Synced", "{} artifacts with {} objects applied"),
    ("False", "BranchNotFound", 'Infrahub has no branch "staging": create it, or change spec.source.targetBranch'),
    ("True", "Synced", "{} artifacts with {} objects applied"),
    ("False", "PruneHeld", "20 of 24 objects would be pruned: approve the set, or correct the artifact"),
    ("False", "DependencyNotReady", "waits for VidraSync network-policies, which is not ready"),
    ("True", "Synced", "{} artifacts with {} objects applied"),
    ("False", "ClusterUnreachable", "no answer from https://10.0.0.17:6443: connection refused"),
    ("False", "DriftFight", "Deployment shop/frontend: kubectl-edit changes spec.replicas again and again"),
)
SOURCES: tuple[Json, ...] = (
    {"git": {"url": "https://git.example.com/platform/clusters.git", "branch": "main", "paths": ["apps"]}},
    {"oci": {"url": "oci://registry.example.com/team/manifests", "semver": "~1.4"}},
    {"http": {"url": "https://files.example.com/manifests.tar.gz"}},
    {"inline": {"label": "network"}},
    {"flux": {"kind": "GitRepository", "namespace": "flux-system", "name": "apps"}},
    {"helm": {"url": "https://charts.example.com", "chart": "shop", "version": "~1.4"}},
)
"""Of the VidraSyncs, one after the other."""
NAMES = ("webservers", "virtual-machines", "network-policies", "dns-zones", "load-balancers", "monitoring", "ingress")
LONG = "a-sync-whose-name-is-as-long-as-somebody-who-wants-to-see-a-page-break-would-make-it-" + "x" * 100
RIGHT_TO_LEFT = "لم يتم العثور على الفرع <img src=x onerror=alert(1)> في إنفراهب"


async def fill(client: Client, *, syncs: int, resources_each: int = 2, objects_each: int = 10) -> None:
    """Make so many syncs of both kinds, with VidraResources and inventories; one in every few is not healthy."""
    bodies = list(_all(syncs, resources_each, objects_each))
    for start in range(0, len(bodies), 32):
        await asyncio.gather(*(_put(client, *each) for each in bodies[start : start + 32]))


async def _put(client: Client, path: str, body: Json, status: Json) -> None:
    await client.send("POST", path, body=encode(body))
    own = f"{path}/{body['metadata']['name']}/status"
    await client.send("PATCH", own, body=encode({"status": status}), content_type=MERGE_PATCH)


def _all(syncs: int, resources_each: int, objects_each: int) -> Iterator[tuple[str, Json, Json]]:
    for number in range(syncs):
        name = name_of(number)
        state = STATES[number % len(STATES)]
        yield _sync(name, number, state, resources_each, objects_each)
        for each in range(resources_each):
            yield _resource(name, number, each, state, objects_each)


def name_of(number: int) -> str:
    """The name of the sync of a number; one is as long as names may be, and one is that of a sync of the other kind."""
    if number == 1:
        return LONG
    if number == 5:
        return NAMES[0]
    base = NAMES[number % len(NAMES)]
    return base if number < len(NAMES) else f"{base}-{number:03}"


def kind_of(number: int) -> str:
    """The kind of the sync of a number."""
    return VIDRA_SYNC_KIND if number % 3 == 2 else SYNC_KIND


def _condition(state: tuple[str, str, str], number: int, *counts: int) -> Json:
    status, reason, message = state
    ago = datetime.now(UTC) - timedelta(minutes=7 * number + 1)
    text = RIGHT_TO_LEFT if reason == "BranchNotFound" and number > len(STATES) else message.format(*counts)
    return {
        "type": "Ready",
        "status": status,
        "reason": reason,
        "message": text,
        "lastTransitionTime": rfc3339(ago),
        "observedGeneration": 1,
    }


def _server(number: int) -> str:
    return f"https://cluster-{number // 2 % 200:03}.example.com:6443" if number % 2 else ""


def _sync(name: str, number: int, state: tuple[str, str, str], count: int, objects: int) -> tuple[str, Json, Json]:
    server = _server(number)
    waits = [{"kind": VIDRA_SYNC_KIND, "name": "network-policies"}] if state[1] == "DependencyNotReady" else []
    infrahub = {
        "infrahubAPIURL": "https://infrahub.example.com",
        "artifactName": "javascript:alert(1)" if name == LONG else name.title()[:60].replace("-", "_"),
        "targetBranch": "main",
    }
    kind = kind_of(number)
    spec = {
        "source": infrahub if kind == SYNC_KIND else SOURCES[number // 3 % len(SOURCES)],
        "destination": {"namespace": "shop", **({"server": server} if server else {})},
        **({"dependsOn": waits} if waits else {}),
    }
    ready = count if state[0] == "True" else max(count - 1, 0)
    status = {
        "observedGeneration": 1,
        "conditions": [_condition(state, number, count, count * objects)],
        "artifacts": count,
        "resources": count,
        "readyResources": ready,
        "objects": count * objects,
        "progress": f"{ready}/{count}",
        "health": "Current" if state[0] == "True" else "InProgress",
        "lastSyncTime": rfc3339(datetime.now(UTC) - timedelta(minutes=11 * number + 2)),
    }
    if state[1] == "PruneHeld":
        gone = [_resource_name(name, number, 0)]
        status["heldPrune"] = {"id": set_id(gone), "objects": 20, "of": 24, "resources": gone}
    if kind == VIDRA_SYNC_KIND:
        status["revision"] = f"main@sha1:{number:040x}"
    return PATHS[kind], _body(kind, name, spec), status


def _resource(sync: str, number: int, each: int, state: tuple[str, str, str], objects: int) -> tuple[str, Json, Json]:
    name, server = _resource_name(sync, number, each), _server(number)
    good = state[0] == "True" or each > 0
    entries = [_entry(number, each, place, server) for place in range(objects)]
    condition = _condition(("True", "Applied", f"{objects} objects applied") if good else state, number, 1, objects)
    status: Json = {
        "observedGeneration": 1,
        "conditions": [condition],
        "managedResources": entries,
        "objects": objects,
        "readyObjects": objects if good else objects - 1,
        "progress": f"{objects if good else objects - 1}/{objects}",
        "health": "Current" if good else "InProgress",
        "deliveries": list(_deliveries(number, good=good)),
        "lastSyncTime": rfc3339(datetime.now(UTC) - timedelta(minutes=11 * number + 3)),
    }
    if not good and entries:
        first = entries[0]
        ref = f"{first['kind']} {first['namespace']}/{first['name']} ({first['apiVersion']})"
        status["problems"] = [{"reason": state[1], "message": state[2].format(1, objects), "object": ref}]
    body = _body("VidraResource", name, {"manifest": "", "destination": {"namespace": "shop", "server": server}})
    body["metadata"]["ownerReferences"] = [
        {"apiVersion": API_VERSION, "kind": kind_of(number), "name": sync, "uid": f"0000-{number}", "controller": True}
    ]
    return RESOURCES, body, status


def _resource_name(sync: str, number: int, each: int) -> str:
    middle = "" if kind_of(number) == SYNC_KIND else f"-{number}"
    return f"{sync[:180]}{middle}-{each}"


def _deliveries(number: int, *, good: bool) -> Iterator[Json]:
    """Two texts, each some seconds on its way; the newest of what is not good is not there yet."""
    for place in range(2):
        seen = datetime.now(UTC) - timedelta(minutes=11 * number + 3 + 60 * place)
        times = {"seen": rfc3339(seen)}
        if good or place:
            times["applied"] = rfc3339(seen + timedelta(seconds=2 + place))
            times["healthy"] = rfc3339(seen + timedelta(seconds=9 + 17 * number % 50))
        yield {"checksum": f"{number * 7 + place:032x}", **times}


def _entry(number: int, each: int, place: int, server: str) -> Json:
    kind, version = (("Deployment", "apps/v1"), ("Service", "v1"), ("ConfigMap", "v1"))[place % 3]
    entry = {
        "apiVersion": version,
        "kind": kind,
        "name": f"{NAMES[number % len(NAMES)]}-{number}-{each}-{place}",
        "namespace": "shop",
        "uid": f"u-{number}-{each}-{place}",
    }
    return {**entry, **({"server": server} if server else {})}


def _body(kind: str, name: str, spec: Json) -> Json:
    return {"apiVersion": API_VERSION, "kind": kind, "metadata": {"name": name}, "spec": spec}


async def fill_fleet(client: Client, *, clusters: int, artifacts: int) -> str:
    """Make a sync with a clusterSelector that goes to so many clusters, of which some lag; gives its name."""
    name = "fleet"
    spec = {
        "source": {"infrahubAPIURL": "https://infrahub.example.com", "artifactName": "Fleet"},
        "destination": {"clusterSelector": {"matchLabels": {"tier": "edge"}}},
    }
    servers = [f"https://edge-{each:03}.example.com:6443" for each in range(clusters)]
    ready = {"ready": True, "reason": "Synced"}
    waits = {"reason": "ClusterUnreachable", "message": "no answer from it: connection refused"}
    status = {
        "observedGeneration": 1,
        "conditions": [_condition(("True", "Synced", "everything is applied"), 0)],
        "clusters": [
            {"name": f"vidra-system/edge-{each}", "server": server, **(waits if each % 9 == 4 else ready)}
            for each, server in enumerate(servers[:100])
        ],
        "clusterProgress": f"{clusters - clusters // 9}/{clusters}",
    }
    await _put(client, PATHS[SYNC_KIND], _body("InfrahubSync", name, spec), status)
    bodies = [
        _in_cluster(name, server, each, bad=number % 9 == 4)
        for number, server in enumerate(servers)
        for each in range(artifacts)
    ]
    for start in range(0, len(bodies), 32):
        await asyncio.gather(*(_put(client, *each) for each in bodies[start : start + 32]))
    return name


def _in_cluster(sync: str, server: str, each: int, *, bad: bool) -> tuple[str, Json, Json]:
    artifact = f"artifact-{each:03}"
    state = ("False", "ClusterUnreachable", "no answer from it") if bad else ("True", "Applied", "1 object applied")
    content = {"artifactId": artifact, "checksum": "new" if each % 7 == 3 else "old", "secrets": ["text"], "size": 1}
    host = server.removeprefix("https://").partition(".")[0]
    body = _body("VidraResource", f"{sync}-{artifact}-{host}", {"content": content, "destination": {"server": server}})
    owner = {"apiVersion": API_VERSION, "kind": "InfrahubSync", "name": sync, "uid": "0000", "controller": True}
    body["metadata"]["ownerReferences"] = [owner]
    status = {
        "observedGeneration": 1,
        "conditions": [_condition(state, each)],
        "objects": 1,
        "readyObjects": 1,
        "appliedChecksum": "old",
    }
    return RESOURCES, body, status
