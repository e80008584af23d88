"""How fast a server answers, and when it last did: whether it is slow, or unavailable."""

from __future__ import annotations

import time

SLOW = 1.0
"""Seconds per request from which a server counts as slow."""
CROWDED = 3.0
"""Times the fastest write that a write takes at a crowded server."""
FORGETS = 1.0002
"""By this the fastest write counts as slower with each that follows: by a half after 2,000."""


class Latency:
    """How fast a server answers, and when it last did.

    An admission webhook can make writes slow on a server that is fast: a late answer to a write says nothing about the
    server, an early one does.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        """A moving average, mostly of the last ten answers that count."""
        self._write, self._fastest_write = 0.0, SLOW
        """The same of writes alone, and the fastest of them, which is forgotten slowly."""
        self.heard_at = time.monotonic()

    @property
    def slow(self) -> bool:
        """Whether the server itself is slow, and not only a webhook."""
        return self.seconds > SLOW

    @property
    def crowded(self) -> bool:
        """Whether writes take much longer than one alone would: they wait for each other at the server."""
        return self._write > CROWDED * self._fastest_write

    def note(self, seconds: float, *, write: bool = False) -> None:
        """A request has ended, with an answer or without."""
        if not write or seconds <= SLOW:
            self.seconds += 0.1 * (seconds - self.seconds)
        if write and seconds <= SLOW:
            self._write += 0.1 * (seconds - self._write)
            self._fastest_write = min(seconds, self._fastest_write * FORGETS)

    def heard(self) -> None:
        """An answer came."""
        self.heard_at = time.monotonic()
