"""Counts requests by host, method and status, for any exporter."""

from __future__ import annotations

from collections import Counter

UNANSWERED = "<error>"
"""Stands for the status of a request that got no answer, as in client-go."""


class RequestCounter:
    """Requests by host, method and status."""

    def __init__(self) -> None:
        self.counts: Counter[tuple[str, str, str]] = Counter()

    def note(self, host: str, method: str, code: int | None) -> None:
        """One request has ended; without a status, there was no answer."""
        self.counts[host, method, UNANSWERED if code is None else str(code)] += 1
