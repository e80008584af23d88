"""What commands cost with their start, next to kubectl for the same answer and to a Python that does nothing."""

from __future__ import annotations

import asyncio
import os
import resource
import sys
from pathlib import Path
from statistics import median

from benchmarks.objects import config_map
from benchmarks.process import operator
from benchmarks.report import Report
from benchmarks.stage import stage
from toolchain.find import find
from vidra.manifests.write import write

TIMES = 9
VIDRA = str(Path(sys.executable).with_name("vidra"))
"""The program as people start it."""
NOTHING = ("-c", "pass")
USAGE_ERROR = ("get", "--wtach")
COMPLETION = ("__complete", "--", "g")
KINDS = "infrahubsyncs,vidrasyncs,vidraresources"


async def command(report: Report) -> None:
    """Run them in turns, so that the machine is as busy for the one as for the other; figures are processor time."""
    async with stage() as scene, operator(scene.plane):
        name = await scene.resource(write([config_map(0, 0)]))
        await scene.until_resource(name)
        around = {**os.environ, "KUBECONFIG": str(scene.plane.kubeconfig)}
        kubectl = str(find() / "kubectl")
        rounds = [
            (
                await _cpu(around, kubectl, "get", KINDS),
                await _cpu(around, VIDRA, "get"),
                await _cpu(around, sys.executable, *NOTHING),
                await _cpu(around, VIDRA, *USAGE_ERROR),
                await _cpu(around, VIDRA, *COMPLETION),
            )
            for _ in range(TIMES)
        ]
    theirs, ours, nothing, usage, completion = (median(column) * 1000 for column in zip(*rounds, strict=True))
    told = f"{ours:.0f} ms, {ours / theirs:.1f} times kubectl's {theirs:.0f} ms"
    report.add("command", "`vidra get` with its start", told, "≤ 1.5 times kubectl")
    for what, cost in (("a usage error", usage), ("a completion", completion)):
        told = f"{cost:.0f} ms, {cost - nothing:.0f} ms more than the {nothing:.0f} ms of a Python that does nothing"
        report.add("command", what, told, "≤ 60 ms more")


async def _cpu(environment: dict[str, str], program: str, *arguments: str) -> float:
    before = _spent()
    process = await asyncio.create_subprocess_exec(
        program, *arguments, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    await process.wait()
    return _spent() - before


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime
