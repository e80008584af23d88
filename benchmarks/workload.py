"""W: 100 artifacts of 10 ConfigMaps of 300 bytes, from creating the sync to everything Ready, and the minute after."""

from __future__ import annotations

import asyncio
import time

from benchmarks.floor import floor
from benchmarks.process import Process, operator
from benchmarks.report import Report
from benchmarks.stage import artifacts, complete, namespaces, requests, stage, told
from testkit.environment import Scene

SETTLE = 3.0
"""Seconds for the Events of W to be written; they are paced."""
EVENTS = 20
"""Events about the sync itself, at the most: it sums up while VidraResources come."""


async def workload(report: Report, *, name: str, units: int, objects: int, idle: float = 0) -> None:
    """Measure the floor, the workload, and the floor again: on a shared machine one figure alone says little."""
    async with stage() as scene:
        await namespaces(scene, "warm", "before", "after")
        await floor(scene.plane, "warm", max(1, units // 4), objects if units > 1 else objects // 4)
        before = await floor(scene.plane, "before", units, objects)
        artifacts(scene, "W", units, objects)
        async with operator(scene.plane) as process:
            cpu, mark, began = process.cpu(), scene.plane.audit.mark(), time.perf_counter()
            await scene.until_sync(await scene.sync("W"), complete(units), seconds=900)
            seconds = time.perf_counter() - began
            await asyncio.sleep(SETTLE)
            used, asked, peak = process.cpu() - cpu, requests(scene, mark), process.peak_rss()
            if idle:
                await _steady(report, name, scene, process, idle)
        after = await floor(scene.plane, "after", units, objects)
        base = (before + after) / 2
        report.add(name, "floor (before, after)", f"{base:.2f} s ({before:.2f}, {after:.2f})")
        ratio = f"{seconds:.2f} s = {seconds / base:.2f} x the floor"
        report.add(name, "until everything is Ready", ratio, "≤ 2 x the floor")
        report.add(name, "CPU of the operator", f"{used:.2f} s", "≤ 1.5 s for W")
        report.add(name, "peak RSS of the operator", f"{peak:.0f} MB", "≤ 90 MB for W")
        _counts(report, name, scene, asked, units=units, objects=objects)


def _counts(report: Report, name: str, scene: Scene, asked: dict[str, int], *, units: int, objects: int) -> None:
    infrahub = scene.infrahub.requests
    report.count(name, "log-ins", infrahub.count("/api/auth/login"), 1)
    report.count(name, "downloads", infrahub.count("/api/artifact"), units)
    report.count(name, "objects written", asked.get("patch configmaps", 0), units * objects)
    other = sum(asked.values()) - asked.get("patch configmaps", 0) - asked.get("create events", 0)
    # For each: its text, itself, what is about to be applied, and what came of it.
    report.count(name, "other requests to the API server, without Events", other, 4 * units + 60)
    report.count(name, "Events", asked.get("create events", 0), units + EVENTS)
    report.add(name, "requests to the API server", told(asked))


async def _steady(report: Report, name: str, scene: Scene, process: Process, idle: float) -> None:
    infrahub = scene.infrahub.requests
    cpu, mark = process.cpu(), scene.plane.audit.mark()
    queries, downloads = infrahub.count("/api/query"), infrahub.count("/api/artifact")
    await asyncio.sleep(idle)
    steady = f"nothing changed for {idle:.0f} s"
    report.count(name, f"{steady}: requests to the API server", sum(requests(scene, mark).values()), idle / 10)
    report.add(name, f"{steady}: CPU", f"{process.cpu() - cpu:.2f} s", "≤ 0.3 s a minute")
    report.count(name, f"{steady}: queries", infrahub.count("/api/query") - queries, 1 + idle // 60)
    report.count(name, f"{steady}: downloads", infrahub.count("/api/artifact") - downloads, 0)
