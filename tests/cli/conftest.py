"""The command against two control planes: one with an operator at work, one in which nobody is."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from testkit.command import Vidra, vidra_with
from testkit.controlplane import ControlPlane
from testkit.environment import connection_to
from vidra.api.names import API_VERSION, CLUSTER_LABEL, INFRAHUB_LABEL, RESOURCE_PLURAL, SYNC_PLURALS
from vidra.kube.client import MERGE_PATCH, Client, encode

FOR_VIDRA = (("secrets", CLUSTER_LABEL), ("secrets", INFRAHUB_LABEL), ("configmaps", "app=vidra"))
"""What Vidra finds by its labels in any namespace."""


@pytest.fixture
def vidra(controlplane: ControlPlane) -> Vidra:
    """The command against the shared control plane."""
    return vidra_with(controlplane.kubeconfig)


@pytest.fixture
async def bare(own_plane: ControlPlane) -> AsyncIterator[Vidra]:
    """The command against a control plane with Vidra's definitions, where nothing is and nobody works."""
    client = Client(connection_to(own_plane))
    await _emptied(client)
    yield vidra_with(own_plane.kubeconfig)
    await _emptied(client)
    await client.close()


async def _emptied(client: Client) -> None:
    """Take away what tests put there for Vidra."""
    for plural in (*SYNC_PLURALS.values(), RESOURCE_PLURAL):
        path = f"/apis/{API_VERSION}/{plural}"
        for item in await _items(client, path):
            own = f"{path}/{item['metadata']['name']}"
            if item["metadata"].get("finalizers"):
                free = encode({"metadata": {"finalizers": None}})
                await client.send("PATCH", own, body=free, content_type=MERGE_PATCH)
        await client.send("DELETE", path)
    for plural, selector in FOR_VIDRA:
        for item in await _items(client, f"/api/v1/{plural}", selector):
            place, name = item["metadata"]["namespace"], item["metadata"]["name"]
            await client.send("DELETE", f"/api/v1/namespaces/{place}/{plural}/{name}")


async def _items(client: Client, path: str, selector: str = "") -> list[dict[str, Any]]:
    listing: dict[str, Any] = await client.get(path, dict[str, Any], query={"labelSelector": selector})
    return list(listing["items"])
