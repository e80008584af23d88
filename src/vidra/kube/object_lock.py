"""One write to an object at a time, of all that this process makes.

The API server makes applies that collide again, each over all of managedFields, and in the end refuses some: with fifty
owners of one object that takes longer than one after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class ObjectLocks:
    """Takes turns at objects, by path; objects that nobody writes to take no memory."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def at(self, path: str) -> AsyncIterator[None]:
        """Wait until nobody else writes there, and have it for oneself while the context lasts."""
        lock = self._locks.get(path)
        if lock is None:
            lock = self._locks[path] = asyncio.Lock()
        async with lock:
            yield
