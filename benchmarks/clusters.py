"""`python -m benchmarks.clusters`: what 200 clusters cost, and whether 40 of them that are black-holed harm the rest.

Home and one remote cluster are real control planes; the other healthy ones are cheap, and so are the bad. Latency is
from changing a VidraResource to its being Ready with the change, at clusters drawn at random.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import time
from statistics import median, quantiles

from benchmarks.fleet import Fleet
from benchmarks.objects import manifest
from benchmarks.process import Process, operator
from vidra.api.names import CLUSTER_LABEL
from vidra.kube.client import Client
from vidra.testing.controlplane import ControlPlane
from vidra.testing.infrahub import StandIn
from vidra.testing.scene import Scene, connection_to, has_reason

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
        await self._scene.apply(
            {
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {"name": name, "namespace": "default", "labels": {CLUSTER_LABEL: "127.0.0.1"}},
                "stringData": {"kubeconfig": kubeconfig.decode()},
            }
        )
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


async def measure(clusters: int, bad: int, changes: int) -> None:
    """Build the fleet up step by step and measure after each."""
    async with ControlPlane(controllers=False) as home, ControlPlane(controllers=False) as real:
        client = Client(connection_to(home))
        async with StandIn() as infrahub, Fleet() as fleet:
            scene = Scene(home, client, infrahub, "default")
            await scene.define()
            async with operator(home) as process:
                run = Run(scene, fleet, process)
                await run.add(real.server, real.kubeconfig.read_bytes(), "real")
                await _measure(run, clusters - bad, bad=bad, changes=changes)
        await client.close()


async def _measure(run: Run, healthy: int, *, bad: int, changes: int) -> None:
    await run.add_healthy(FEW - 1)
    await asyncio.sleep(SETTLE)
    few = run.process.rss()
    await run.add_healthy(healthy - FEW, FEW - 1)
    await asyncio.sleep(SETTLE)
    many = run.process.rss()
    print(f"RSS      {few:.0f} MB with {FEW} clusters, {many:.0f} MB with {healthy}")
    print(f"         {(many - few) * 1024 / (healthy - FEW):.0f} KB for each idle cluster with one watch and 3 objects")
    cpu = run.process.cpu()
    await asyncio.sleep(IDLE)
    print(
        f"CPU      {(run.process.cpu() - cpu) / IDLE * 100:.1f} % of a core while nothing changes in {healthy} clusters"
    )
    names = ["real", *(f"cluster-{number}" for number in range(healthy - 1))]
    await run.latency(names, changes // 4)
    before_cheap, before_real = await run.latency(names[1:], changes), await run.latency(["real"], changes)
    reported = await run.add_bad(bad)
    print(f"bad      {bad} black-holed clusters were all reported {reported:.1f} s after the first of them was added")
    with_cheap, with_real = await run.latency(names[1:], changes), await run.latency(["real"], changes)
    _compare("cheap clusters", before_cheap, with_cheap)
    _compare("real cluster", before_real, with_real)
    print(f"RSS      {run.process.rss():.0f} MB with all {healthy + bad}, {run.process.peak_rss():.0f} MB at the most")


def _compare(what: str, without: list[float], with_: list[float]) -> None:
    ratio = median(with_) / median(without)
    print(f"latency  {what}: without the bad {_spread(without)}, with them {_spread(with_)}: {ratio:.2f} x")


def _spread(seconds: list[float]) -> str:
    return f"{median(seconds) * 1000:.0f} ms (95 %: {quantiles(seconds, n=20)[-1] * 1000:.0f} ms)"


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clusters", type=int, default=200, help="of all kinds")
    parser.add_argument("--bad", type=int, default=40, help="of them black-holed")
    parser.add_argument("--changes", type=int, default=60, help="for each figure of latency")
    options = parser.parse_args()
    asyncio.run(measure(options.clusters, options.bad, options.changes))


if __name__ == "__main__":
    main()
