"""What 200 clusters cost, and whether 40 of them that are black-holed harm the rest.

Home and one remote cluster are real control planes; the other healthy ones are cheap, and so are the bad. Latency is
from changing a VidraResource to its being Ready with the change, at clusters drawn at random.
"""

from __future__ import annotations

import asyncio
import random
import time
from statistics import median, quantiles

from benchmarks.fleet import Fleet
from benchmarks.objects import manifest
from benchmarks.process import Process, operator
from benchmarks.report import Report
from testkit.controlplane import ControlPlane
from testkit.environment import Scene, connection_to, has_reason
from testkit.infrahub import StandIn
from vidra.api.names import CLUSTER_LABEL
from vidra.kube.client import Client

OBJECTS = 3
"""ConfigMaps in each cluster."""
SETTLE, IDLE = 40.0, 30.0
"""Seconds after which memory is read, and over which CPU is counted."""
FEW = 20
"""Clusters at which memory is read first: what a cluster costs is the slope from there."""


class Run:
    """One fleet, and the VidraResource of each cluster."""

    def __init__(self, scene: Scene, fleet: Fleet, process: Process) -> None:
        self._scene, self._fleet, self.process = scene, fleet, process
        self._servers: dict[str, str] = {}
        self._texts = 0

    async def add(self, server: str, kubeconfig: bytes, name: str) -> str:
        """Make a cluster known and give it something to hold."""
        await self._scene.secret(name, {CLUSTER_LABEL: "127.0.0.1"}, kubeconfig=kubeconfig.decode())
        self._servers[name] = server
        return await self._change(name)

    async def add_healthy(self, count: int, start: int = 0) -> None:
        """Cheap ones that answer."""
        names = []
        for number in range(start, start + count):
            server = await self._fleet.healthy()
            names.append(await self.add(server, self._fleet.kubeconfig(server), f"cluster-{number}"))
        for name in names:
            await self._scene.until_resource(name, seconds=120)

    async def add_bad(self, count: int) -> float:
        """Black-holed ones, half of each kind; gives the seconds until the last of them was reported."""
        began = time.perf_counter()
        names = []
        for number in range(count):
            server = await self._fleet.silent() if number % 2 else self._fleet.full()
            names.append(await self.add(server, self._fleet.kubeconfig(server), f"bad-{number}"))
        for name in names:
            await self._scene.until_resource(name, has_reason("ClusterUnreachable"), seconds=120)
        return time.perf_counter() - began

    async def latency(self, names: list[str], changes: int) -> list[float]:
        """Seconds for each of so many changes, one after the other."""
        seconds = []
        for name in random.choices(names, k=changes):  # noqa: S311 - which one does not matter
            began = time.perf_counter()
            await self._scene.until_resource(await self._change(name))
            seconds.append(time.perf_counter() - began)
        return seconds

    async def _change(self, name: str) -> str:
        self._texts += 1
        text = manifest(0, OBJECTS).replace("xxx", f"{self._texts:03}", 1)
        return await self._scene.resource(text, name=name, destination={"server": self._servers[name]})


async def clusters(report: Report, count: int, bad: int, changes: int) -> None:
    """Build the fleet up step by step and measure after each.

    Args:
        count: Clusters of all kinds.
        bad: Of them black-holed.
        changes: For each figure of latency.
    """
    async with ControlPlane(controllers=False) as home, ControlPlane(controllers=False) as real:
        client = Client(connection_to(home))
        async with StandIn() as infrahub, Fleet() as fleet:
            scene = Scene(home, client, infrahub, "default")
            await scene.define()
            async with operator(home) as process:
                run = Run(scene, fleet, process)
                await run.add(real.server, real.kubeconfig.read_bytes(), "real")
                await _measure(report, run, count - bad, bad=bad, changes=changes)
        await client.close()


async def _measure(report: Report, run: Run, healthy: int, *, bad: int, changes: int) -> None:
    name = f"{healthy + bad} clusters, {bad} black-holed"
    await run.add_healthy(FEW - 1)
    await asyncio.sleep(SETTLE)
    few = run.process.rss()
    await run.add_healthy(healthy - FEW, FEW - 1)
    await asyncio.sleep(SETTLE)
    many = run.process.rss()
    each = f"{(many - few) * 1024 / (healthy - FEW):.0f} KB"
    report.add(name, "RSS with the healthy ones", f"{many:.0f} MB")
    report.add(name, f"an idle cluster, with a watch and {OBJECTS} objects", each, "≤ 150 KB and its watches")
    cpu = run.process.cpu()
    await asyncio.sleep(IDLE)
    report.add(name, "CPU, nothing changes", f"{(run.process.cpu() - cpu) / IDLE * 100:.1f} % of a core")
    names = ["real", *(f"cluster-{number}" for number in range(healthy - 1))]
    await run.latency(names, changes // 4)
    before_cheap, before_real = await run.latency(names[1:], changes), await run.latency(["real"], changes)
    report.add(name, "all black-holed ones reported after", f"{await run.add_bad(bad):.1f} s", "≤ 30 s")
    with_cheap, with_real = await run.latency(names[1:], changes), await run.latency(["real"], changes)
    for what, without, with_ in (("cheap ones", before_cheap, with_cheap), ("the real one", before_real, with_real)):
        ratio = median(with_) / median(without)
        told = f"{_spread(without)}; {_spread(with_)}: {ratio:.2f} x"
        report.add(name, f"a change at {what}, without and with the bad", told, "± 10 %")
    report.add(name, "RSS with all, and at the most", f"{run.process.rss():.0f} MB, {run.process.peak_rss():.0f} MB")


def _spread(seconds: list[float]) -> str:
    return f"{median(seconds) * 1000:.0f} ms (95 %: {quantiles(seconds, n=20)[-1] * 1000:.0f} ms)"
