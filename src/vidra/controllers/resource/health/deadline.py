"""How long objects may take to become healthy (`healthTimeout`), counted from when they were applied."""

from __future__ import annotations

import time
from datetime import timedelta

from vidra.api.resource import VidraResource
from vidra.api.times import duration_or

USUAL = timedelta(minutes=5)


class HealthDeadline:
    """Since when a VidraResource has been waiting. A new manifest starts the time again, and so does a restart."""

    def __init__(self) -> None:
        self._since: tuple[tuple[str, int], float] | None = None

    def left(self, resource: VidraResource, checksum: str) -> float:
        """Seconds left for the objects, counted from the first call for this manifest."""
        now, state = time.monotonic(), (checksum, resource.metadata.generation)
        if self._since is None or self._since[0] != state:
            self._since = state, now
        return self._since[1] + duration_or(resource.spec.health_timeout, USUAL).total_seconds() - now

    def over(self) -> None:
        """Stop the clock: nothing is waited for any more."""
        self._since = None
