"""One changed object in 1,000: what is written, and how long it takes."""

from __future__ import annotations

import asyncio
import time

from benchmarks.objects import manifest
from benchmarks.process import operator
from benchmarks.report import Report, distributor
from benchmarks.stage import NAMESPACE, artifacts, complete, requests, stage, told
from testkit.environment import SYNCS, Check, Json
from vidra.api.names import REQUESTED_AT

UNITS, OBJECTS = 100, 10


async def change(report: Report, times: int) -> None:
    """Change one object of one artifact and ask for a pass, again and again."""
    async with stage() as scene:
        ids = artifacts(scene, "W", UNITS, OBJECTS)
        async with operator(scene.plane):
            name = await scene.sync("W", interval="1h")
            await scene.until_sync(name, complete(UNITS), seconds=120)
            await asyncio.sleep(3)
            configs, seconds = await scene.kind("v1", "ConfigMap"), []
            mark = scene.plane.audit.mark()
            for number in range(times):
                text = f"new-{number}"
                scene.infrahub.change(ids[number], manifest(number, OBJECTS).replace("x" * 300, text, 1))
                began = time.perf_counter()
                await scene.patch(SYNCS, name, {"metadata": {"annotations": {REQUESTED_AT: text}}})
                await scene.until(configs, f"unit-{number}-0", has(text), namespace=NAMESPACE)
                seconds.append(time.perf_counter() - began)
            await asyncio.sleep(3)
            asked = requests(scene, mark)
        mine = {what: count for what, count in asked.items() if what == "patch configmaps"}
        report.count("one changed of 1,000", f"objects written for {times} changes", sum(mine.values()), times)
        downloads = scene.infrahub.requests.count("/api/artifact") - UNITS
        report.count("one changed of 1,000", f"downloads for {times} changes", downloads, times)
        report.add("one changed of 1,000", "from asking for a pass to the object", distributor(seconds))
        report.add("one changed of 1,000", "all requests", told(asked))


def has(text: str) -> Check:
    """Whether a ConfigMap holds this text."""

    def check(item: Json) -> bool:
        return bool(item["data"]["text"] == text)

    return check
