"""Somebody who does not let go of a field."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from testkit.environment import Json, Scene
from testkit.objects import config_map
from testkit.patience import NEVER
from vidra.kube.watch import lines


@asynccontextmanager
async def stubborn(scene: Scene) -> AsyncIterator[list[int]]:
    """Somebody who sets a field at once whenever it is something else; counts how often."""
    configs, times = await scene.kind("v1", "ConfigMap"), [0]

    async def insist() -> None:
        query = {"watch": "true", "fieldSelector": "metadata.name=box"}
        path = configs.path(scene.namespace)
        async with scene.client.stream(path, query=query, accept="application/json", silence=NEVER) as content:
            async for line in lines(content):
                item: Json = msgspec.json.decode(line)["object"]
                if item["data"]["colour"] != "blue":
                    times[0] += 1
                    mine = config_map("box", scene.namespace, colour="blue")
                    await scene.apply(mine, manager="stubborn-controller")

    task = asyncio.create_task(insist())
    try:
        yield times
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
