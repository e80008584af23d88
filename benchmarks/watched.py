"""Many watched objects: what the operator keeps of each."""

from __future__ import annotations

import asyncio

from benchmarks.objects import config_map
from benchmarks.parallel import each
from benchmarks.process import operator
from benchmarks.report import Report
from benchmarks.stage import NAMESPACE, stage
from testkit.environment import Scene
from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE
from vidra.kube.client import APPLY_PATCH, encode
from vidra.manifests.write import write

IN_FLIGHT = 32


async def watched(report: Report, count: int, seconds: float = 20) -> None:
    """One VidraResource has one ConfigMap; so many others of the kind carry Vidra's label and a manager of its own.

    Args:
        seconds: That the watch has to read them all.
    """
    name = f"{count:,} watched objects"
    async with stage() as scene:
        await _fill(scene, count)
        async with operator(scene.plane) as process:
            await asyncio.sleep(3)
            before = process.rss()
            await scene.until_resource(await scene.resource(write([config_map(0, 0)])), seconds=60)
            await asyncio.sleep(seconds)
            after = process.rss()
            report.add(
                name, "RSS before and with the watch", f"{before:.0f} MB, {after:.0f} MB", "< 250 MB for 100,000"
            )
            each = round((after - before) * 1024 * 1024 / count)
            report.count(name, "bytes for each object", each, 1024)


async def _fill(scene: Scene, count: int) -> None:
    async def make(number: int) -> None:
        body = config_map(1, number)
        body["metadata"] |= {"namespace": NAMESPACE, "labels": {MANAGED_LABEL: MANAGED_VALUE}}
        await scene.client.send(
            "PATCH",
            f"/api/v1/namespaces/{NAMESPACE}/configmaps/{body['metadata']['name']}",
            query={"fieldManager": f"vidra:0123abcd:unit-{number // 10}", "force": "true"},
            body=encode(body),
            content_type=APPLY_PATCH,
        )

    await each(range(count), make, IN_FLIGHT)
