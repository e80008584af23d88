"""Notices that a cluster is away, and asks whether it is back: once for all owners that have objects there."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

from vidra.kube.client import Client
from vidra.kube.errors import ApiError, KubeError

REST = 2.0
"""Seconds for which the last answer stands; many owners of a cluster that is away must not all wait for time-outs."""


class Breaker:
    """What is known of one cluster's being there: nothing at first."""

    def __init__(self, client: Client, interrupted: Callable[[], bool]) -> None:
        self._client = client
        self._interrupted = interrupted
        self._doubtful = True
        self._away: KubeError | None = None
        self._rests_until = 0.0
        self._asking = asyncio.Lock()

    def doubt(self) -> None:
        """A request failed: ask before the next pass."""
        self._doubtful = True

    async def check(self) -> None:
        """Make sure that the cluster answers; asks it only if there is doubt, and for all owners at once.

        Raises:
            KubeError: It does not answer, or does not let Vidra in.
        """
        if self._away is not None and self._asking.locked():
            raise self._away.with_traceback(None)
        async with self._asking:
            if self._away is not None and time.monotonic() < self._rests_until:
                raise self._away.with_traceback(None)
            if self._away is not None or self._doubtful or self._interrupted():
                await self._ask()

    async def _ask(self) -> None:
        try:
            await self._client.send("GET", "/version", repeatable=False)
        except KubeError as error:
            if not isinstance(error, ApiError) or error.unauthorized:
                self._away, self._rests_until = error, time.monotonic() + REST
                raise
        self._away, self._doubtful = None, False
