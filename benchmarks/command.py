"""What `vidra get` costs with its start, next to a Python that only imports what it is built from."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from statistics import median

from benchmarks.objects import config_map
from benchmarks.report import Report
from benchmarks.stage import stage
from vidra.manifests.write import write

TIMES = 7
FLOOR = "import asyncio, ssl, aiohttp, msgspec, typer, rich.console, structlog"


async def command(report: Report) -> None:
    """Run both in turns, so that the machine is as busy for the one as for the other."""
    async with stage() as scene:
        await scene.resource(write([config_map(0, 0)]))
        around = {**os.environ, "KUBECONFIG": str(scene.plane.kubeconfig)}
        pairs = [(await _cpu(around, "-m", "vidra", "get"), await _cpu(around, "-c", FLOOR)) for _ in range(TIMES)]
    ratio = median(ours / floor for ours, floor in pairs)
    told = f"{ratio:.1f} times the floor of {median(floor for _, floor in pairs) * 1000:.0f} ms"
    report.add("command", "CPU of `vidra get` with its start", told, "≤ 2.5 times")


async def _cpu(environment: dict[str, str], *arguments: str) -> float:
    before = _spent()
    process = await asyncio.create_subprocess_exec(
        sys.executable, *arguments, env=environment, stdout=asyncio.subprocess.DEVNULL
    )
    code = await process.wait()
    assert code == 0, arguments
    return _spent() - before


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
