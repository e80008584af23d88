"""`python -m benchmarks`: every scenario of docs/performance.md, next to a floor of the same run where there is one."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial

from benchmarks.change import change
from benchmarks.charts import charts
from benchmarks.clusters import clusters
from benchmarks.command import command
from benchmarks.drift import drift
from benchmarks.fairness import fairness
from benchmarks.many_syncs import many_syncs
from benchmarks.replicas import replicas
from benchmarks.report import Report
from benchmarks.restart import restart
from benchmarks.watched import watched
from benchmarks.webhook import webhook
from benchmarks.workload import workload
from vidra.telemetry.logging import set_level

Scenario = Callable[[Report], Awaitable[None]]

SYNCS = 100
"""Of the scenario with many; `--syncs` takes another number."""

SCENARIOS: dict[str, Scenario] = {
    "w": partial(workload, name="W", units=100, objects=10, idle=60),
    "drift": drift,
    "change": partial(change, times=30),
    "webhook": webhook,
    "charts": partial(charts, count=100, idle=30),
    "syncs": partial(many_syncs, count=SYNCS),
    "artifacts": partial(workload, name="500 artifacts of 20", units=500, objects=20),
    "large": partial(workload, name="one artifact of 5,000", units=1, objects=5_000),
    "long": partial(workload, name="one artifact of 20,000", units=1, objects=20_000),
    "fairness": fairness,
    "restart": restart,
    "watched": partial(watched, count=100_000),
    "clusters": partial(clusters, count=200, bad=40, changes=60),
    "replicas": replicas,
    "command": command,
}
SHORT: dict[str, Scenario] = {
    "w": partial(workload, name="W", units=100, objects=10, idle=10),
    "change": partial(change, times=5),
    "watched": partial(watched, count=10_000, seconds=6),
}


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of: {', '.join(SCENARIOS)}; missing: all")
    parser.add_argument(
        "--short", action="store_true", help=f"only what has counts to keep, and less of it: {', '.join(SHORT)}"
    )
    parser.add_argument("--syncs", type=int, metavar="N", help="how many syncs the scenario of many syncs has")
    options = parser.parse_args()
    scenarios = dict(SHORT if options.short else SCENARIOS)
    if options.syncs:
        scenarios["syncs"] = partial(many_syncs, count=options.syncs)
    if unknown := set(options.scenarios) - scenarios.keys():
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    set_level("error")  # a line for each request of the benchmark itself would cost more than the request
    report = Report()
    for name in options.scenarios or scenarios:
        asyncio.run(scenarios[name](report))  # type: ignore[arg-type]
    print(f"\n{report.markdown()}")
    if report.exceeded:
        sys.exit("\n".join(("", "More than it may be:", *report.exceeded)))


main()
