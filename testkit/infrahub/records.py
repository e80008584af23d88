"""What was asked of the stand-in."""

from __future__ import annotations

import asyncio
from collections import UserList
from collections.abc import Mapping

import msgspec

from testkit.patience import HANG


class Recorded(msgspec.Struct):
    """One request."""

    method: str
    path: str
    query: Mapping[str, str]
    status: int
    """0 while, or when, no answer was given."""
    auth: str
    """`none`, `bearer`, `key` or `cookie`; the secret itself is not kept."""
    user_agent: str
    body: bytes = b""
    """Empty for a log-in, and for a document, which may hold keys."""


class Records(UserList[Recorded]):
    """The requests so far, in the order of their arrival."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting: list[asyncio.Event] = []

    def append(self, item: Recorded) -> None:
        """Note a request, and tell those who wait for it."""
        super().append(item)
        self._waiting, waiting = [], self._waiting
        for event in waiting:
            event.set()

    async def until(self, count: int, path: str = "", method: str = "", *, seconds: float = HANG) -> None:
        """Wait until there are so many requests like this.

        Raises:
            TimeoutError: There are not, in time.
        """
        async with asyncio.timeout(seconds):
            while self.count(path, method) < count:
                event = asyncio.Event()
                self._waiting.append(event)
                await event.wait()

    def matching(self, path: str = "", method: str = "", status: int | None = None) -> list[Recorded]:
        """Those whose path begins so, with this method and status."""
        return [
            entry
            for entry in self.data
            if entry.path.startswith(path) and method in {"", entry.method} and status in {None, entry.status}
        ]

    def count(self, path: str = "", method: str = "", status: int | None = None) -> int:  # type: ignore[override]
        """How many there are of them."""
        return len(self.matching(path, method, status))
