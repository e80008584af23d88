"""`python -m benchmarks`: how long workload W takes, as a ratio to the floor measured in the same run.

W: one sync, 100 artifacts of 10 ConfigMaps of 300 bytes each, into one namespace of a real API server. The floor: the
same 1,000 server-side applies, 32 in flight, with a bare aiohttp session and nothing else.
"""

from __future__ import annotations

import argparse
import asyncio

from benchmarks.floor import floor
from benchmarks.workload import Result, workload
from vidra.kube.client import Client
from vidra.testing.controlplane import ControlPlane
from vidra.testing.infrahub import StandIn
from vidra.testing.scene import Scene, connection_to


async def run(units: int, objects: int, idle: float) -> None:
    """Measure the floor, the workload, and the floor again: on a shared machine one figure alone says little."""
    async with ControlPlane(controllers=False) as plane, StandIn() as infrahub:
        client = Client(connection_to(plane))
        scene = Scene(plane, client, infrahub, "workload")
        await scene.define()
        for name in ("warm", "before", "workload", "after"):
            await scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        await floor(plane, "warm", units // 4, objects)
        before = await floor(plane, "before", units, objects)
        result = await workload(scene, units, objects, idle)
        after = await floor(plane, "after", units, objects)
        await client.close()
    report(result, before, after, idle)


def report(result: Result, before: float, after: float, idle: float) -> None:
    """Print the figures."""
    base = (before + after) / 2
    print(f"floor  {base:.2f} s ({before:.2f} before, {after:.2f} after)")
    print(f"W      {result.seconds:.2f} s until all was Ready = {result.seconds / base:.2f} x the floor")
    print(f"       {result.last_object:.0f} s until the last object was there, to the second")
    print(f"CPU    {result.cpu:.2f} s for W, {result.cpu_start:.2f} s to start")
    print(f"RSS    {result.rss:.0f} MB at the most")
    print(f"asked  {result.logins} log-in, {result.queries} queries, {result.downloads} downloads")
    for what, count in sorted(result.requests.items(), key=lambda item: -item[1]):
        print(f"       {count:5d} {what}")
    print(f"idle   {sum(result.requests_idle.values())} requests, {result.cpu_idle:.2f} s CPU in {idle:.0f} s")
    for what, count in sorted(result.requests_idle.items(), key=lambda item: -item[1]):
        print(f"       {count:5d} {what}")


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--units", type=int, default=100, help="artifacts")
    parser.add_argument("--objects", type=int, default=10, help="ConfigMaps in each")
    parser.add_argument("--idle", type=float, default=60, help="seconds to look on while nothing changes")
    options = parser.parse_args()
    asyncio.run(run(options.units, options.objects, options.idle))


main()
