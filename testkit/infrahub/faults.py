"""What goes wrong on request: other answers, slow ones, broken ones, for some paths and so many times."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Protocol

import msgspec
from aiohttp import web

from testkit.infrahub.answers import HTML

_CHUNK = b"# more\n" * 9362


class Fault(Protocol):
    """Something that goes wrong."""

    async def strike(self, request: web.Request) -> web.StreamResponse | None:
        """The answer to give instead; None lets the request go on."""
        ...


class Answered(msgspec.Struct, frozen=True):
    """Another answer."""

    status: int = 500
    body: str = "Internal Server Error"
    content_type: str = "text/plain"
    headers: Mapping[str, str] = {}

    async def strike(self, _request: web.Request) -> web.StreamResponse | None:
        """Give it."""
        return web.Response(
            status=self.status, body=self.body.encode(), content_type=self.content_type, headers=self.headers
        )

    @staticmethod
    def html(status: int = 200) -> Answered:
        """A web page: a portal, a single sign-on, another server."""
        return Answered(status, HTML, "text/html")

    @staticmethod
    def redirect(location: str, status: int = 302) -> Answered:
        """The way to somewhere else."""
        return Answered(status, "", "text/plain", {"Location": location})

    @staticmethod
    def throttled(retry_after: str) -> Answered:
        """Too many requests."""
        return Answered(429, "slow down", "text/plain", {"Retry-After": retry_after})

    @staticmethod
    def error(code: int, message: str) -> Answered:
        """An error that Infrahub raises itself."""
        entry = {"message": message, "extensions": {"code": code}}
        body = msgspec.json.encode({"data": None, "errors": [entry]}).decode()
        return Answered(code, body, "application/json")


class Slow(msgspec.Struct, frozen=True):
    """The right answer, late."""

    seconds: float

    async def strike(self, _request: web.Request) -> web.StreamResponse | None:
        """Wait."""
        await asyncio.sleep(self.seconds)
        return None


class Dropped(msgspec.Struct, frozen=True):
    """The connection ends without an answer."""

    async def strike(self, request: web.Request) -> web.StreamResponse | None:
        """Close it."""
        if request.transport is not None:
            request.transport.abort()
        return web.Response()


class Truncated(msgspec.Struct, frozen=True):
    """The connection ends in the middle of the answer."""

    async def strike(self, request: web.Request) -> web.StreamResponse | None:
        """Announce more than comes."""
        response = web.StreamResponse(headers={"Content-Length": "1000", "Content-Type": "application/yaml"})
        await response.prepare(request)
        await response.write(b"apiVersion: v1\n")
        if request.transport is not None:
            request.transport.close()
        return response


class Endless(msgspec.Struct, frozen=True):
    """An answer of so many bytes; announced, or in chunks of which nobody knows how many come."""

    size: int
    announced: bool = False

    async def strike(self, request: web.Request) -> web.StreamResponse | None:
        """Send it, as far as the other side takes it."""
        headers = {"Content-Type": "application/json"}
        if self.announced:
            headers["Content-Length"] = str(self.size)
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        sent = 0
        while sent < self.size:
            piece = _CHUNK[: self.size - sent]
            await response.write(piece)
            sent += len(piece)
        return response


class Faults:
    """The faults in force."""

    def __init__(self) -> None:
        self._entries: list[tuple[Fault, str, str, list[int]]] = []

    def add(self, fault: Fault, path: str = "*", *, method: str = "*", times: int | None = None) -> None:
        """Let a fault strike requests whose path matches a pattern (`/api/artifact/*`), so many times, or always."""
        self._entries.append((fault, path, method, [-1 if times is None else times]))

    def clear(self) -> None:
        """All is well again."""
        self._entries.clear()

    async def strike(self, request: web.Request) -> web.StreamResponse | None:
        """The answer of the first fault that strikes and gives one."""
        for fault, path, method, left in list(self._entries):
            if left[0] and fnmatchcase(request.path, path) and fnmatchcase(request.method, method):
                left[0] -= 1
                if (response := await fault.strike(request)) is not None:
                    return response
        return None
