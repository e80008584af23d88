"""W over 20 syncs: with one replica, with three that share them, and with three of which the busiest is killed."""

from __future__ import annotations

import os
import signal
import time
from contextlib import AsyncExitStack

from benchmarks.process import Process, operator
from benchmarks.report import Report
from benchmarks.stage import NAMESPACE, artifacts, complete, requests, stage
from testkit.environment import Json, Scene
from testkit.eventually import eventually

SYNCS, UNITS, OBJECTS = 20, 5, 10
LEASES = "/apis/coordination.k8s.io/v1/namespaces/vidra-system/leases"
NAME = "W over 20 syncs, replicas"


async def replicas(report: Report) -> None:
    """Three runs, each on a control plane of its own."""
    for count, killed, what in ((1, False, "one replica"), (3, False, "three"), (3, True, "three, the busiest killed")):
        report.add(NAME, f"{what}: until everything is Ready", f"{await _run(report, count, killed=killed):.1f} s")


async def _run(report: Report, count: int, *, killed: bool) -> float:
    async with stage() as scene, AsyncExitStack() as stack:
        flags = ("--leader-elect", f"--shards={2 * count if count > 1 else 1}")
        team = [await stack.enter_async_context(operator(scene.plane, *flags, port=18_081 + n)) for n in range(count)]
        await eventually(lambda: _dealt(scene, count), 30)
        for number in range(SYNCS):
            artifacts(scene, f"W{number}", UNITS, OBJECTS, first=number * UNITS)
        mark, began = scene.plane.audit.mark(), time.perf_counter()
        names = [await scene.sync(f"W{number}") for number in range(SYNCS)]
        if killed:
            await _kill_the_busiest(scene, team, mark)
        for name in names:
            await scene.until_sync(name, complete(UNITS), seconds=60)
        seconds = time.perf_counter() - began
        listing: Json = await scene.client.get(f"/api/v1/namespaces/{NAMESPACE}/configmaps", Json)
        there = sum(item["metadata"]["name"].startswith("unit-") for item in listing["items"])
        report.add(NAME, f"of {count}, objects there", f"{there} of {SYNCS * UNITS * OBJECTS}")
        return seconds


async def _kill_the_busiest(scene: Scene, team: list[Process], mark: int) -> None:
    await eventually(lambda: requests(scene, mark).get("patch configmaps", 0) > SYNCS * UNITS * OBJECTS // 3, 30)
    os.kill(max(team, key=Process.cpu).pid, signal.SIGKILL)


async def _dealt(scene: Scene, replicas: int) -> bool:
    """Whether each replica holds something."""
    listing: Json = await scene.client.get(LEASES, Json)
    leases = [item for item in listing["items"] if "-replica-" not in item["metadata"]["name"]]
    return len({item["spec"].get("holderIdentity") for item in leases}) == replicas
