"""A change in Infrahub, called out: how long until it is applied; and what calls cost that nobody should have made."""

from __future__ import annotations

import asyncio
import time

import aiohttp

from benchmarks.change import has
from benchmarks.objects import manifest
from benchmarks.process import Process, operator
from benchmarks.report import Report, distributor
from benchmarks.stage import NAMESPACE, artifacts, complete, stage
from testkit.controlplane.ports import free_port
from testkit.environment import Scene
from testkit.infrahub.webhooks import compact, signed_headers
from vidra.api.names import WEBHOOK_KEY_LABEL
from vidra.cli.apply_object import secret
from vidra.web.webhooks.receiver import PATH

UNITS, OBJECTS, TIMES, FORGED = 100, 10, 30, 5_000
APART = 1.5
"""Seconds between changes: each is a first one, not gathered with the one before."""
KEY = "of-a-benchmark"
SCENARIO = "a change that Infrahub calls out"


async def webhook(report: Report) -> None:
    """Change one object of one artifact, again and again, and let Infrahub call."""
    address = f"127.0.0.1:{free_port()}"
    url = f"http://{address}{PATH}"
    async with stage() as scene:
        ids = artifacts(scene, "W", UNITS, OBJECTS)
        flag = f"--webhook-bind-address={address}"
        async with operator(scene.plane, flag, port=free_port()) as process:
            await scene.apply(secret("webhook", "vidra-system", {WEBHOOK_KEY_LABEL: "true"}, {}, {"key": KEY}))
            name = await scene.sync("W", interval="1h")
            await scene.until_sync(name, complete(UNITS), seconds=120)
            scene.infrahub.webhooks.put(name="vidra", url=url, shared_key=KEY)
            seconds = [await _changed(scene, ids, number) for number in range(TIMES)]
            report.add(SCENARIO, "from the change in Infrahub to the object", distributor(seconds), "p50 < 1 s")
            cost, status = await _forged(process, url)
            report.add(SCENARIO, f"CPU of each of {FORGED} forged calls, answered {status}", f"{cost * 1e3:.2f} ms")


async def _changed(scene: Scene, ids: list[str], number: int) -> float:
    await asyncio.sleep(APART)
    text = f"new-{number}"
    began = time.perf_counter()
    scene.infrahub.change(ids[number], manifest(number, OBJECTS).replace("x" * 300, text, 1))
    await scene.until(await scene.kind("v1", "ConfigMap"), f"unit-{number}-0", has(text), namespace=NAMESPACE)
    return time.perf_counter() - began


async def _forged(process: Process, url: str) -> tuple[float, int]:
    """CPU seconds for each call, and what was answered last."""
    payload = {"id": "x", "event": "infrahub.artifact.updated", "branch": "main", "data": {"node_id": "é" * 300}}
    headers, body = signed_headers("another", payload), compact(payload)
    waiting, status, before = FORGED, 0, process.cpu()

    async def caller() -> None:
        nonlocal waiting, status
        while waiting > 0:
            waiting -= 1
            async with session.post(url, data=body, headers=headers) as answer:
                status = answer.status

    async with aiohttp.ClientSession() as session:
        await asyncio.gather(*(caller() for _ in range(16)))
    return (process.cpu() - before) / FORGED, status
