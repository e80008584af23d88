"""W: 100 artifacts of 10 ConfigMaps of 300 bytes, from creating the sync to everything Ready, and the minute after."""

from __future__ import annotations

import asyncio
import time

from benchmarks.floor import floor
from benchmarks.process import operator
from benchmarks.report import Report
from benchmarks.stage import artifacts, complete, namespaces, requests, stage, told

SETTLE = 3.0
"""Seconds for the Events of W to be written; they are paced."""


async def workload(report: Report, *, name: str, units: int, objects: int, idle: float = 0) -> None:
    """Measure the floor, the workload, and the floor again: on a shared machine one figure alone says little."""
    async with stage() as scene:
        await namespaces(scene, "warm", "before", "after")
        await floor(scene.plane, "warm", max(1, units // 4), objects if units > 1 else objects // 4)
        before = await floor(scene.plane, "before", units, objects)
        artifacts(scene, "W", units, objects)
        async with operator(scene.plane) as process:
            cpu, mark, began = process.cpu(), scene.plane.audit.mark(), time.perf_counter()
            await scene.until_sync(await scene.sync("W"), complete(units), seconds=300)
            seconds = time.perf_counter() - began
            await asyncio.sleep(SETTLE)
            used, asked, peak = process.cpu() - cpu, requests(scene, mark), process.peak_rss()
            if idle:
                cpu, mark, queries = (
                    process.cpu(),
                    scene.plane.audit.mark(),
                    scene.infrahub.requests.count("/api/query"),
                )
                await asyncio.sleep(idle)
                quiet = f"{sum(requests(scene, mark).values())} in {idle:.0f} s"
                report.add(name, "then, nothing changed: requests to the API server", quiet, "≤ 6 a minute")
                report.add(name, "then, nothing changed: CPU", f"{process.cpu() - cpu:.2f} s", "≤ 0.3 s a minute")
                queries = scene.infrahub.requests.count("/api/query") - queries
                report.add(name, "then, nothing changed: queries, downloads", f"{queries}, 0", "one a minute, 0")
        after = await floor(scene.plane, "after", units, objects)
        base = (before + after) / 2
        infrahub = scene.infrahub.requests
        report.add(name, "floor (before, after)", f"{base:.2f} s ({before:.2f}, {after:.2f})")
        report.add(
            name, "until everything is Ready", f"{seconds:.2f} s = {seconds / base:.2f} x the floor", "≤ 2 x the floor"
        )
        report.add(name, "CPU of the operator", f"{used:.2f} s", "≤ 1.5 s for W")
        report.add(name, "peak RSS of the operator", f"{peak:.0f} MB", "≤ 90 MB for W")
        report.add(
            name, "log-ins, downloads", f"{infrahub.count('/api/auth/login')}, {infrahub.count('/api/artifact')}"
        )
        report.add(name, "requests to the API server", told(asked))
