"""What a report of a fault needs to know, as texts by file name.

Invariant: no value of a Secret is in it, and nothing of a manifest, for that may hold what somebody calls otherwise.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from typing import Any

from vidra import __version__
from vidra.api.names import PATHS, SYNC_PLURALS
from vidra.kube.client import Client
from vidra.kube.errors import KubeError
from vidra.kube.lease import leases_path
from vidra.manifests.write import write_json
from vidra.views.checks.run import run_checks
from vidra.views.errors import ViewError
from vidra.views.hub_objects import config_maps
from vidra.views.hub_paths import RESOURCES
from vidra.views.secret_masking import tidy

Json = dict[str, Any]

LOG_LINES = 2_000
"""Of each Pod."""
_PODS = "app.kubernetes.io/name=vidra"


async def debug_parts(client: Client, namespace: str) -> dict[str, str]:
    """The files; what cannot be had says why in its file.

    Args:
        namespace: Vidra's own.
    """
    parts: Mapping[str, Awaitable[Any]] = {
        "version.json": _versions(client),
        "check.json": _checks(client, namespace),
        **{f"{plural}.json": _items(client, PATHS[kind]) for kind, plural in SYNC_PLURALS.items()},
        "vidraresources.json": _items(client, RESOURCES),
        "events.json": _events(client),
        "settings.json": _settings(client, namespace),
        "leases.json": _items(client, leases_path(namespace)),
    }
    texts = await asyncio.gather(*(_text(part) for part in parts.values()))
    return dict(zip(parts, texts, strict=True)) | await _logs(client, namespace)


async def _text(part: Awaitable[Any]) -> str:
    try:
        return write_json(await part)
    except (KubeError, ViewError) as error:
        return f"cannot be had: {error}\n"


async def _versions(client: Client) -> Json:
    return {"client": __version__, "kubernetes": await client.get("/version", dict)}


async def _checks(client: Client, namespace: str) -> list[Any]:
    return [finding async for finding in run_checks(client, "", (namespace,))]


async def _settings(client: Client, namespace: str) -> list[Json]:
    found = await config_maps(client, namespace)
    return [{"name": item.metadata.name, "data": item.data} for item in found]


async def _items(client: Client, path: str) -> list[Json]:
    listing: Json = await client.get(path, dict)
    return [_without_manifest(tidy(item)) for item in listing["items"]]


async def _events(client: Client) -> list[Json]:
    listing: Json = await client.get("/api/v1/events", dict, query={"fieldSelector": "reportingComponent=vidra"})
    return [tidy(item) for item in listing["items"]]


def _without_manifest(item: Json) -> Json:
    manifest = (item.get("spec") or {}).get("manifest")
    if not isinstance(manifest, str):
        return item
    return {**item, "spec": {**item["spec"], "manifest": f"left out: {len(manifest)} characters"}}


async def _logs(client: Client, namespace: str) -> dict[str, str]:
    pods = f"/api/v1/namespaces/{namespace}/pods"
    try:
        found: Json = await client.get(pods, dict, query={"labelSelector": _PODS})
    except KubeError as error:
        return {"logs.txt": f"cannot be had: {error}\n"}
    names = [str(item["metadata"]["name"]) for item in found["items"]]
    if not names:
        return {"logs.txt": f"no Pod with {_PODS} is in {namespace}: an operator elsewhere logs where it was started\n"}
    texts = await asyncio.gather(*(_log(client, f"{pods}/{name}/log") for name in names))
    return {f"log-{name}.txt": text for name, text in zip(names, texts, strict=True)}


async def _log(client: Client, path: str) -> str:
    try:
        answer = await client.send("GET", path, query={"tailLines": str(LOG_LINES)}, accept="*/*")
    except KubeError as error:
        return f"cannot be had: {error}\n"
    return answer.decode(errors="replace")
