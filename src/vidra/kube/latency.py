"""How fast a server answers, and when it last did: whether it is slow, or unavailable."""

from __future__ import annotations

import time


class Latency:
    """How fast a server answers, and when it last did."""

    def __init__(self) -> None:
        self.seconds = 0.0
        """A moving average, mostly of the last ten requests."""
        self.heard_at = time.monotonic()

    def note(self, seconds: float) -> None:
        """A request has ended, with an answer or without."""
        self.seconds += 0.1 * (seconds - self.seconds)

    def heard(self) -> None:
        """An answer came."""
        self.heard_at = time.monotonic()
