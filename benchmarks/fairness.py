"""Fairness: how long a small change takes while something huge is being applied."""

from __future__ import annotations

import asyncio
import time

from benchmarks.objects import config_map
from benchmarks.process import operator
from benchmarks.report import Report, distributor
from benchmarks.stage import artifacts, complete, stage
from testkit.environment import Scene
from vidra.manifests.write import write

OBJECTS, TIMES = 5_000, 40


async def fairness(report: Report) -> None:
    """The same small changes alone, and during one artifact of 5,000 objects."""
    async with stage() as scene:
        artifacts(scene, "Huge", 1, OBJECTS)
        async with operator(scene.plane):
            alone = [await _small(scene, number) for number in range(TIMES)]
            huge = asyncio.create_task(_huge(scene))
            await asyncio.sleep(1)
            beside: list[float] = []
            while not huge.done():
                beside.append(await _small(scene, TIMES + len(beside)))
            await huge
        report.add("fairness", f"a small change alone ({len(alone)} times)", distributor(alone))
        report.add("fairness", f"beside an artifact of {OBJECTS:,} objects ({len(beside)} times)", distributor(beside))


async def _huge(scene: Scene) -> None:
    await scene.until_sync(await scene.sync("Huge"), complete(1), seconds=120)


async def _small(scene: Scene, number: int) -> float:
    body = config_map(9, 0)
    body["data"] = {"number": str(number)}
    began = time.perf_counter()
    await scene.until_resource(await scene.resource(write([body]), name="small"))
    return time.perf_counter() - began
