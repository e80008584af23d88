"""A restart with 10,000 objects: ready without a write, and the drift of the meantime found."""

from __future__ import annotations

import asyncio
import time

from benchmarks.process import operator
from benchmarks.report import Report
from benchmarks.stage import NAMESPACE, artifacts, complete, requests, stage, told
from testkit.environment import Json, Scene

UNITS, OBJECTS = 200, 50


async def restart(report: Report) -> None:
    """Apply, stop, edit one and delete one, start."""
    name = f"restart, {UNITS * OBJECTS:,} objects"
    async with stage() as scene:
        artifacts(scene, "W", UNITS, OBJECTS)
        async with operator(scene.plane) as process:
            began = time.perf_counter()
            sync = await scene.sync("W", destination={"reconcileOnEvents": True}, interval="1h")
            await scene.until_sync(sync, complete(UNITS), seconds=300)
            report.add(name, "applied at first", f"{time.perf_counter() - began:.1f} s")
            await asyncio.sleep(5)
            report.add(name, "peak RSS while applying", f"{process.peak_rss():.0f} MB")
        configs = await scene.kind("v1", "ConfigMap")
        await scene.patch(configs, "unit-7-7", {"data": {"text": "drifted"}}, namespace=NAMESPACE)
        await scene.delete(configs, "unit-9-9", namespace=NAMESPACE)
        mark, began = scene.plane.audit.mark(), time.perf_counter()
        async with operator(scene.plane) as process:
            report.add(name, "ready after", f"{time.perf_counter() - began:.1f} s", "< 15 s")
            await asyncio.gather(_back(scene, "unit-7-7"), _back(scene, "unit-9-9"))
            report.add(name, "drift of the meantime put back after", f"{time.perf_counter() - began:.1f} s")
            await asyncio.sleep(10)
            asked = requests(scene, mark)
            writes = {what: count for what, count in asked.items() if what.split()[0] in {"patch", "create", "delete"}}
            report.add(name, "writes: the two objects, their statuses and Events", told(writes))
            report.add(name, "CPU, RSS", f"{process.cpu():.1f} s, {process.rss():.0f} MB")


async def _back(scene: Scene, name: str) -> None:
    configs = await scene.kind("v1", "ConfigMap")

    def whole(item: Json) -> bool:
        return bool(item["data"] == {"text": "x" * 300})

    await scene.until(configs, name, whole, namespace=NAMESPACE, seconds=60)
