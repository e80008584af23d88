"""Serializes this process's writes to the same object.

The API server repeats applies that collide, each over all of managedFields, and finally refuses some. With fifty owners
of one object that takes longer than to send one after the other.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakValueDictionary


class ObjectLocks:
    """Locks by object path; unused ones take no memory."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def at(self, path: str) -> AsyncIterator[None]:
        """Wait for the object's lock, and hold it until the context ends."""
        lock = self._locks.get(path)
        if lock is None:
            lock = self._locks[path] = asyncio.Lock()
        async with lock:
            yield
