"""The figures of a run, as they come and as a table."""

from __future__ import annotations

import platform
from statistics import quantiles


class Report:
    """Rows of measure, figure and target, by scenario."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str, str]] = []
        self.exceeded: list[str] = []
        """Counts that are above what they may be. Time is never among them: it says more about the machine."""

    def add(self, scenario: str, measure: str, figure: str, target: str = "") -> None:
        """Note a figure, and show it at once."""
        self._rows.append((scenario, measure, figure, target))
        print(f"{scenario:24} {measure:56} {figure:34} {target}", flush=True)

    def count(self, scenario: str, measure: str, number: float, most: float, told: str = "") -> None:
        """Note a count, which may not be more than so many.

        Args:
            told: How it is shown, if not as the number.
        """
        self.add(scenario, measure, told or f"{number:g}", f"≤ {most:g}")
        if number > most:
            self.exceeded.append(f"{scenario}: {measure}: {number:g} instead of at most {most:g}")

    def markdown(self) -> str:
        """All of them as one table, with the machine."""
        lines = [f"{platform.machine()}, Python {platform.python_version()}, two shared cores", ""]
        lines += ["| scenario | measure | figure | target |", "|---|---|---|---|"]
        last = ""
        for scenario, *rest in self._rows:
            lines.append(f"| {scenario if scenario != last else ''} | {' | '.join(rest)} |")
            last = scenario
        return "\n".join(lines)


def distributor(seconds: list[float]) -> str:
    """Median and 99th percentile in milliseconds."""
    cuts = quantiles(seconds, n=100)
    return f"p50 {cuts[49] * 1000:.0f} ms, p99 {cuts[98] * 1000:.0f} ms"
