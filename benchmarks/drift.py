"""Drift: how long until an edited or deleted ConfigMap is as it was, here and in another cluster."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

import msgspec

from benchmarks.objects import Json
from benchmarks.process import operator
from benchmarks.report import Report, distributor
from benchmarks.stage import NAMESPACE, artifacts, complete, namespaces, stage
from testkit.controlplane import ControlPlane
from testkit.environment import Scene, connection_to
from testkit.infrahub import StandIn
from vidra.api.names import CLUSTER_LABEL
from vidra.kube.client import Client
from vidra.kube.watch import lines

UNITS, OBJECTS, TIMES = 100, 10, 200


class Eyes:
    """Sees when a ConfigMap has its text."""

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._waits: dict[str, asyncio.Event] = {}

    async def run(self) -> None:
        """Watch the namespace until cancelled."""
        path = f"/api/v1/namespaces/{NAMESPACE}/configmaps"
        async with self._scene.client.stream(
            path, query={"watch": "true"}, accept="application/json", silence=600
        ) as content:
            async for line in lines(content):
                event = msgspec.json.decode(line)
                item: Json = event["object"]
                whole = event["type"] != "DELETED" and item.get("data") == {"text": "x" * 300}
                if whole and (wait := self._waits.get(item["metadata"]["name"])):
                    wait.set()

    async def back_after(self, name: str, deed: Callable[[str], Awaitable[None]]) -> float:
        """Seconds from the answer to a deed until the object is as it was."""
        wait = asyncio.Event()
        self._waits = {name: wait}
        await deed(name)
        began = time.perf_counter()
        async with asyncio.timeout(30):
            await wait.wait()
        return time.perf_counter() - began


async def drift(report: Report) -> None:
    """Both deeds, in both clusters."""
    async with stage() as home, ControlPlane(controllers=False) as plane, AsyncExitStack() as stack:
        client = Client(connection_to(plane))
        stack.push_async_callback(client.close)
        away = Scene(plane, client, await stack.enter_async_context(StandIn()), NAMESPACE)
        await namespaces(away, NAMESPACE)
        await home.secret("away", {CLUSTER_LABEL: "127.0.0.1"}, kubeconfig=plane.kubeconfig.read_text())
        artifacts(home, "W", UNITS, OBJECTS)
        async with operator(home.plane) as process:
            for where, scene, server in (("here", home, None), ("in another cluster", away, plane.server)):
                there = {"reconcileOnEvents": True} | ({"server": server} if server else {})
                await home.until_sync(await home.sync("W", destination=there), complete(UNITS), seconds=120)
                await _measure(report, scene, where)
            report.add(
                "drift", "peak RSS of the operator, 2,000 objects in two clusters", f"{process.peak_rss():.0f} MB"
            )


async def _measure(report: Report, scene: Scene, where: str) -> None:
    configs = await scene.kind("v1", "ConfigMap")

    async def edit(name: str) -> None:
        await scene.patch(configs, name, {"data": {"text": "drifted"}}, namespace=NAMESPACE)

    async def delete(name: str) -> None:
        await scene.delete(configs, name, namespace=NAMESPACE)

    eyes = Eyes(scene)
    watching = asyncio.create_task(eyes.run())
    await asyncio.sleep(1)
    names = [f"unit-{unit}-{number}" for unit in range(UNITS) for number in range(OBJECTS)]
    for what, deed in (("edited", edit), ("deleted", delete)):
        seconds = [await eyes.back_after(name, deed) for name in random.sample(names, TIMES)]
        report.add(
            "drift", f"{what} {where}, back after ({TIMES} times)", distributor(seconds), "p50 ≤ 100 ms, p99 ≤ 500 ms"
        )
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
