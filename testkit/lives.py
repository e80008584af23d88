"""An operator that is dead for one sync after so many writes of it, and alive for all others."""

from __future__ import annotations

import asyncio
from collections import Counter

from aiohttp import web

from testkit.gate import Gate
from vidra.apply.field_owner import hashed


class Lives:
    """Lets so many writes of each sync through, and no more.

    Attributes:
        dead: Set, by sync, when the last of them was answered.
    """

    def __init__(self, gate: Gate) -> None:
        self._left: Counter[str] = Counter()
        self._last: dict[int, str] = {}
        """The sync of which a request is the last write, by the id of the request."""
        self.dead: dict[str, asyncio.Event] = {}
        gate.there, gate.back = self._there, self._back

    def give(self, name: str, writes: int) -> None:
        """Let so many writes of a sync through, before it exists."""
        self._left[name], self.dead[name] = writes, asyncio.Event()

    async def _there(self, request: web.Request) -> None:
        if request.method == "GET" or "/events" in request.path:
            return
        said = request.path.encode() + await request.read()
        for name in self._left:
            if name.encode() in said or hashed(name).encode() in said:
                self._count(name, request)

    def _count(self, name: str, request: web.Request) -> None:
        if not self._left[name]:
            raise web.HTTPForbidden
        self._left[name] -= 1
        if not self._left[name]:
            self._last[id(request)] = name

    async def _back(self, request: web.Request) -> None:
        if name := self._last.pop(id(request), ""):
            self.dead[name].set()
