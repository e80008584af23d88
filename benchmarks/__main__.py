"""`python -m benchmarks`: every scenario of docs/performance.md, next to a floor of the same run where there is one."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from benchmarks.change import change
from benchmarks.drift import drift
from benchmarks.fairness import fairness
from benchmarks.report import Report
from benchmarks.restart import restart
from benchmarks.watched import watched
from benchmarks.webhook import webhook
from benchmarks.workload import workload

Scenario = Callable[[Report], Awaitable[None]]

SCENARIOS: dict[str, Scenario] = {
    "w": partial(workload, name="W", units=100, objects=10, idle=60),
    "drift": drift,
    "change": change,
    "webhook": webhook,
    "large": partial(workload, name="one artifact of 5,000", units=1, objects=5_000),
    "fairness": fairness,
    "restart": restart,
    "watched": partial(watched, count=100_000),
}


def main() -> None:
    """Read the arguments and run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of: {', '.join(SCENARIOS)}; missing: all")
    wanted: list[str] = parser.parse_args().scenarios
    if unknown := set(wanted) - SCENARIOS.keys():
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    report = Report()
    for name in wanted or SCENARIOS:
        asyncio.run(SCENARIOS[name](report))  # type: ignore[arg-type]
    print(f"\n{report.markdown()}")


main()
