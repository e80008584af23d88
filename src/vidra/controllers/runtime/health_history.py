"""What is remembered of the health in a status: when its details were written, and whether something had failed.

Invariant: a state that is new is written at once. What only says more about the state that is written already costs
fewer and fewer writes the longer it goes on, because nothing bounds how often an object changes its message. What is
calm and then changes is written at once again.

It may be lost, and is lost at a restart; then the status says whether something has failed.
"""

from __future__ import annotations

import asyncio
import math
from typing import Literal

from vidra.api.health import Status

FIRST = 2.0
"""Seconds between two writes of details."""
LONGEST = 600.0
"""The same when they change all the time."""

News = Literal["failed", "healthy", ""]


class HealthHistory:
    """The history of one status."""

    def __init__(self) -> None:
        self._at = -math.inf
        self._pause = FIRST
        self._failing = False
        self.waits = False
        """Details have changed and are not written yet."""

    @property
    def left(self) -> float:
        """Seconds until details may be written; 0 when they may be now."""
        return max(0.0, self._at + self._pause - asyncio.get_running_loop().time())

    def may_write(self, *, detail: bool) -> bool:
        """Whether a status that differs is to be written now; if so, it counts as written.

        Args:
            detail: Nothing but details is new in it.
        """
        self.waits = detail and self.left > 0
        if self.waits:
            return False
        now = asyncio.get_running_loop().time()
        calm = now - self._at > 2 * self._pause
        self._pause = min(LONGEST, 2 * self._pause) if detail and not calm else FIRST
        self._at = now
        return True

    def news(self, before: Status | None, now: Status | None) -> News:
        """What this health says that was not said before: once that something failed, and once that all is healthy.

        Between the two, objects may be InProgress as often as they like: a Pod that crashes again and again is one
        piece of news.

        Args:
            before: The health in the status until now.
        """
        known = self._failing or before is Status.FAILED
        if now is Status.CURRENT or now is None:
            self._failing = False
            return "healthy" if known and now else ""
        self._failing = known or now is Status.FAILED
        return "failed" if now is Status.FAILED and not known else ""


class HealthHistories:
    """The histories of all resources."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str], HealthHistory] = {}

    def of(self, kind: str, name: str) -> HealthHistory:
        """The history of a resource; a new one if there was none."""
        return self._found.setdefault((kind, name), HealthHistory())

    def forget(self, kind: str, name: str) -> None:
        """Drop it: the resource was deleted, or is another replica's."""
        self._found.pop((kind, name), None)
