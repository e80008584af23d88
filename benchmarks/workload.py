"""Workload W: from creating a sync to everything Ready."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from datetime import datetime
from typing import Any

import msgspec

from benchmarks.objects import manifest
from benchmarks.process import operator
from vidra.testing.scene import Scene

SETTLE = 3.0
"""Seconds for the Events of W to be written; they are paced."""


class Result(msgspec.Struct, frozen=True):
    """What W took and cost."""

    seconds: float
    last_object: float
    cpu: float
    cpu_start: float
    cpu_idle: float
    rss: float
    logins: int
    queries: int
    downloads: int
    requests: dict[str, int]
    requests_idle: dict[str, int]


async def workload(scene: Scene, units: int, objects: int, idle: float) -> Result:
    """Run W once, then look on for so many seconds while nothing changes."""
    for unit in range(units):
        scene.infrahub.add_artifact("W", manifest(unit, objects))
    await scene.credentials()
    async with operator(scene.plane) as process:
        cpu_start, mark = process.cpu(), scene.plane.audit.mark()
        began, wall = time.perf_counter(), time.time()
        name = await scene.sync("W")
        await scene.until_sync(name, _complete(units), seconds=300)
        seconds = time.perf_counter() - began
        await asyncio.sleep(SETTLE)
        busy, cpu = _requests(scene, mark), process.cpu() - cpu_start
        last_object = await _last_object(scene, wall)
        mark = scene.plane.audit.mark()
        await asyncio.sleep(idle)
        return Result(
            seconds=seconds,
            last_object=last_object,
            cpu=cpu,
            cpu_start=cpu_start,
            cpu_idle=process.cpu() - cpu_start - cpu,
            rss=process.peak_rss(),
            logins=scene.infrahub.requests.count("/api/auth/login"),
            queries=scene.infrahub.requests.count("/api/query"),
            downloads=scene.infrahub.requests.count("/api/artifact") + scene.infrahub.requests.count("/api/storage"),
            requests=busy,
            requests_idle=_requests(scene, mark),
        )


def _requests(scene: Scene, mark: int) -> dict[str, int]:
    """Requests of the operator by verb and resource, as the API server's audit log has them."""
    return dict(
        Counter(
            f"{entry.verb} {entry.resource}{'/' if entry.subresource else ''}{entry.subresource}"
            for entry in scene.plane.audit.since(mark)
            if entry.user_agent.startswith("vidra/")
        )
    )


def _complete(units: int) -> Any:
    def check(item: dict[str, Any]) -> bool:
        status = item.get("status", {})
        ready = [entry for entry in status.get("conditions", []) if entry["type"] == "Ready"]
        return bool(ready and ready[0]["status"] == "True" and status.get("readyResources") == units)

    return check


async def _last_object(scene: Scene, began: float) -> float:
    """Seconds until the last object existed, to the second that the API server records."""
    listing: dict[str, Any] = await scene.client.get(f"/api/v1/namespaces/{scene.namespace}/configmaps", dict[str, Any])
    stamps = [item["metadata"]["creationTimestamp"] for item in listing["items"]]
    return max(datetime.fromisoformat(stamp).timestamp() for stamp in stamps) - began
