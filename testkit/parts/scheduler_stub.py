"""Give every pod that has no node the one that there is, where no scheduler runs."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import msgspec

from vidra.kube.client import Client, encode
from vidra.kube.errors import ApiError
from vidra.kube.watch import lines

_PODS = "/api/v1/pods"
_UNSEATED = {"watch": "true", "fieldSelector": "spec.nodeName="}
_SILENCE = 3600.0


async def seat(client: Client, node: str) -> None:
    """Bind each pod as it comes, until cancelled."""
    while True:
        async with client.stream(_PODS, query=_UNSEATED, accept="application/json", silence=_SILENCE) as content:
            async for line in lines(content):
                event = msgspec.json.decode(line)
                if event["type"] == "ADDED":
                    await bind(client, event["object"]["metadata"], node)


async def bind(client: Client, pod: dict[str, Any], node: str) -> None:
    """Bind a Pod, of which this is the metadata, if it still needs that."""
    binding = {
        "apiVersion": "v1",
        "kind": "Binding",
        "metadata": {"name": pod["name"]},
        "target": {"apiVersion": "v1", "kind": "Node", "name": node},
    }
    path = f"/api/v1/namespaces/{pod['namespace']}/pods/{pod['name']}/binding"
    with suppress(ApiError):  # it went away, or has a node by now: nothing is left to do for it
        await client.send("POST", path, body=encode(binding))
