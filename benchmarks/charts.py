"""Many releases of one chart, each with values of its own; then nothing changes, and then there is a new version."""

from __future__ import annotations

import asyncio
import os
import time
from contextlib import aclosing

from benchmarks.objects import Json
from benchmarks.parallel import each
from benchmarks.process import operator
from benchmarks.report import Report
from benchmarks.stage import requests, stage, told
from testkit.chart_repository import chart, publish
from testkit.environment import VIDRA_SYNCS, Scene, condition, is_ready
from testkit.parts.web_files import WebFiles
from toolchain.renderer import find_renderer
from vidra.render.program import GIVEN

AT_ONCE = 16
"""Syncs that are created at a time."""
INTERVAL = 10
"""Seconds between two looks of a sync at the repository."""


async def charts(report: Report, *, count: int, idle: float) -> None:
    """Measure the first render of each, the steady state, and a version that all of them follow."""
    name = f"{count} releases of one chart"
    os.environ[GIVEN] = str(find_renderer())
    async with stage() as scene, WebFiles() as server:
        publish(server, {"gateway": {"1.0.0": chart("1.0.0")}})
        async with operator(scene.plane, "--source-host=127.0.0.1") as process:
            began, cpu = time.perf_counter(), process.cpu()
            async with asyncio.TaskGroup() as group:
                group.create_task(_until_all_follow(scene, count, "1.0.0"))
                group.create_task(_create(scene, server, count))
            first, used = time.perf_counter() - began, process.cpu() - cpu
            await asyncio.sleep(3)  # Events are paced
            server.asked.clear()
            mark, cpu = scene.plane.audit.mark(), process.cpu()
            await asyncio.sleep(idle)
            polled, asked, steady = list(server.asked), requests(scene, mark), process.cpu() - cpu
            publish(server, {"gateway": {"1.0.0": chart("1.0.0"), "1.1.0": chart("1.1.0", values="colour: blue\n")}})
            began = time.perf_counter()
            await _until_all_follow(scene, count, "1.1.0")
            again, peak = time.perf_counter() - began, process.peak_rss()
    rendered = sum(path.endswith(".tgz") for path, *_ in polled)
    sent = sum(status == "200" for *_, status in polled)
    report.add(name, "until everything is Ready", f"{first:.2f} s, {used:.2f} s of the operator's CPU")
    report.count(name, f"nothing changed for {idle:g} s: renders", rendered, 0)
    report.count(name, "the same: requests to the API server", sum(asked.values()), 0, told(asked))
    report.add(name, "the same: looks at the index, those that sent it", f"{len(polled)}, {sent}")
    report.add(name, "the same: CPU of the operator", f"{steady:.2f} s")
    report.add(name, "a new version: until all follow", f"{again:.2f} s, of which the interval is {INTERVAL}")
    report.add(name, "peak RSS of the operator", f"{peak:.0f} MB")


async def _create(scene: Scene, server: WebFiles, count: int) -> None:
    async def make(number: int) -> None:
        helm = {"url": f"{server.url}/charts", "chart": "gateway", "insecure": True, "values": {"number": number}}
        await scene.vidra_sync(name=f"release-{number}", source={"helm": helm}, interval=f"{INTERVAL}s")

    await each(range(count), make, AT_ONCE)


async def _until_all_follow(scene: Scene, count: int, version: str) -> None:
    waiting = {f"release-{number}" for number in range(count)}
    async with aclosing(scene.watch_events(VIDRA_SYNCS.path(), {"watch": "true"})) as events:
        async for event in events:
            item: Json = event["object"]
            status = item.get("status", {})
            if is_ready(item) and status["revision"].startswith(f"{version}@") and _applied(item):
                waiting.discard(item["metadata"]["name"])
            if not waiting:
                return


def _applied(item: Json) -> bool:
    return "1 object applied" in condition(item)["message"]
