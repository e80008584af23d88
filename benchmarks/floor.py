"""The floor: what the API server itself takes for the objects, asked by the plainest client there is."""

from __future__ import annotations

import json
import ssl
import time

import aiohttp

from benchmarks.objects import Json, config_map
from benchmarks.parallel import each
from testkit.controlplane import ControlPlane

IN_FLIGHT = 32


async def floor(plane: ControlPlane, namespace: str, units: int, objects: int) -> float:
    """Seconds for units times objects server-side applies of ConfigMaps."""
    bodies = (config_map(unit, number) for unit in range(units) for number in range(objects))
    return await floor_of(plane, namespace, [("api/v1", "configmaps", body) for body in bodies])


async def floor_of(plane: ControlPlane, namespace: str, objects: list[tuple[str, str, Json]]) -> float:
    """Seconds for as many server-side applies as there are objects.

    Args:
        objects: Each with its API, as "apis/apps/v1", and its resource, as "deployments".
    """
    context = ssl.create_default_context(cadata=plane.ca.decode())
    headers = {"Authorization": f"Bearer {plane.token}", "Content-Type": "application/apply-patch+yaml"}
    query = {"fieldManager": "floor", "force": "true"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=IN_FLIGHT, ssl=context)) as session:

        async def apply(item: tuple[str, str, Json]) -> None:
            api, resource, body = item
            url = f"{plane.server}/{api}/namespaces/{namespace}/{resource}/{body['metadata']['name']}"
            async with session.patch(url, params=query, data=json.dumps(body), headers=headers) as answer:
                assert answer.status in {200, 201}, answer.status
                await answer.read()

        began = time.perf_counter()
        await each(objects, apply, IN_FLIGHT)
        return time.perf_counter() - began
