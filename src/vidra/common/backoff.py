"""How long to wait before the next try: exponential, and left to chance in part.

What failed together must not come back together.
"""

from __future__ import annotations

import math
import random

import msgspec

DOUBLINGS = 20
"""After so many a delay no longer grows, so that no number of failures overflows it."""


class Backoff(msgspec.Struct, frozen=True):
    """Delays after failures, in seconds."""

    first: float
    """The longest after one failure; doubled for each further one."""
    longest: float = math.inf
    jitter: float = 0.5
    """Share of a delay that is left to chance; 1: all of it."""

    def after(self, failures: int, longest: float = math.inf) -> float:
        """Seconds to wait.

        Args:
            failures: In a row, 1 at least.
            longest: Where it is less than usual.
        """
        most = min(self.longest, longest, self.first * 2.0 ** min(failures - 1, DOUBLINGS))
        return between(most * (1 - self.jitter), most)


def between(least: float, most: float) -> float:
    """Any number of this range: what starts together shall not stay together."""
    return random.uniform(least, most)  # noqa: S311 - spread, no secret
