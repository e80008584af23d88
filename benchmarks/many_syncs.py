"""Many small syncs at once: each has one artifact with a ServiceAccount, a Service, a Deployment and an Ingress.

The workload is that of Flux' own benchmark: from the creation of the first sync until all are Ready, where Ready means
that every object is healthy (`wait: true`).
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing

from benchmarks.floor import floor_of
from benchmarks.objects import Json, application
from benchmarks.parallel import each
from benchmarks.process import operator
from benchmarks.report import Report
from benchmarks.stage import namespaces, requests, stage, told
from testkit.environment import SYNCS, Scene, is_ready
from vidra.manifests.write import write

SETTLE = 3.0
"""Seconds for the Events to be written; they are paced."""
AT_ONCE = 16
"""Syncs that are created at a time."""
OBJECTS = 4
WRITES = 10
"""Of a new sync, at the most: its finalizer, the text, the VidraResource, four applies, a status of each, an Event.
More where it takes longer than a moment, which is a matter of the machine: a test counts them
(`test_what_lasts_a_moment_is_not_written.py`)."""


async def many_syncs(report: Report, *, count: int) -> None:
    """Measure the floor, the workload, and the floor again."""
    name = f"{count} syncs"
    async with stage(controllers=True) as scene:
        await namespaces(scene, "warm", "before", "after")
        objects = [item for number in range(count) for item in application(number)]
        await floor_of(scene.plane, "warm", objects[: count * OBJECTS // 4])
        before = await floor_of(scene.plane, "before", objects)
        for number in range(count):
            scene.infrahub.add_artifact(f"App-{number}", write([body for _, _, body in application(number)]))
        async with operator(scene.plane) as process:
            cpu, mark, began = process.cpu(), scene.plane.audit.mark(), time.perf_counter()
            async with asyncio.TaskGroup() as group:
                group.create_task(_until_all_ready(scene, count))
                group.create_task(_create(scene, count))
            seconds = time.perf_counter() - began
            await asyncio.sleep(SETTLE)
            used, asked, peak = process.cpu() - cpu, requests(scene, mark), process.peak_rss()
        after = await floor_of(scene.plane, "after", objects)
    base = (before + after) / 2
    report.add(name, "floor (before, after)", f"{base:.2f} s ({before:.2f}, {after:.2f})")
    report.add(name, "until everything is Ready", f"{seconds:.2f} s = {seconds / base:.2f} x the floor", "≤ 3.2 x")
    report.add(name, "CPU of the operator", f"{used:.2f} s")
    report.add(name, "peak RSS of the operator", f"{peak:.0f} MB")
    asked["patch infrahubsyncs"] -= count  # their creation, which is not the operator's
    writes = sum(number for what, number in asked.items() if what.split()[0] in {"create", "patch", "update", "delete"})
    report.add(name, "writes", f"{writes} = {writes / count:.1f} for each sync", f"≤ {WRITES} for each")
    report.add(name, "requests to the API server", told(asked))


async def _create(scene: Scene, count: int) -> None:
    async def make(number: int) -> None:
        await scene.sync(f"App-{number}", name=f"app-{number}", wait=True, interval="1h")

    await each(range(count), make, AT_ONCE)


async def _until_all_ready(scene: Scene, count: int) -> None:
    waiting = {f"app-{number}" for number in range(count)}
    async with aclosing(scene.watch_events(SYNCS.path(), {"watch": "true"})) as events:
        async for event in events:
            item: Json = event["object"]
            if is_ready(item):
                waiting.discard(item["metadata"]["name"])
            if not waiting:
                return
