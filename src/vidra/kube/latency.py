"""How fast a server answers, and when it last did: whether it is slow, or unavailable."""

from __future__ import annotations

import time

SLOW = 1.0
"""Seconds per request from which a server counts as slow."""


class Latency:
    """How fast a server answers, and when it last did.

    An admission webhook can make writes slow on a server that is fast: a late answer to a write says nothing about the
    server, an early one does.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        """A moving average, mostly of the last ten answers that count."""
        self.heard_at = time.monotonic()

    @property
    def slow(self) -> bool:
        """Whether the server itself is slow, and not only a webhook."""
        return self.seconds > SLOW

    def note(self, seconds: float, *, write: bool = False) -> None:
        """A request has ended, with an answer or without."""
        if not write or seconds <= SLOW:
            self.seconds += 0.1 * (seconds - self.seconds)

    def heard(self) -> None:
        """An answer came."""
        self.heard_at = time.monotonic()
