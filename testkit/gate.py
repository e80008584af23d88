"""A gate between an operator and its API server, which counts, refuses, holds up, cuts, or closes for good.

Attributes of a request are known here, as they are not on a `Wire`: a test can stop an operator between any two of
its writes, answer with a storm of refusals, or cut watches in the middle of a line.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from testkit.controlplane import ControlPlane

Refusal = Callable[[web.Request], web.Response | None]
Delay = Callable[[web.Request], Awaitable[None]]


async def _at_once(_: web.Request) -> None:
    """Nothing is held up."""


_READS = frozenset({"GET", "HEAD"})
_PASSED_ON = ("Accept", "Authorization", "Content-Type", "User-Agent")


class Gate:
    """Hands requests on to an API server.

    Attributes:
        url: What to connect to instead of the server.
        refuse: What is answered instead; None lets a request pass.
        there: Awaited before a request is handed on. Whoever gives up meanwhile does not call it back.
        back: Awaited before an answer is handed on, and before each piece of a watch.
        writes: How many were let through since `open`.
        closed: Set when the last write that `open` allowed was done: whoever is behind the gate is as good as dead.
    """

    url: str

    def __init__(self, plane: ControlPlane) -> None:
        self._plane = plane
        self._runner: web.AppRunner | None = None
        self._streams: set[asyncio.Event] = set()
        self._left: int | None = None
        self.refuse: Refusal = lambda _: None
        self.there: Delay = _at_once
        self.back: Delay = _at_once
        self.writes = 0
        self.closed = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 24)
        app.router.add_route("*", "/{path:.*}", self._handle)
        # What a closed gate holds back has no end that could be waited for.
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        trust = aiohttp.TCPConnector(ssl=self._plane_trust(), limit=0)
        self._session = aiohttp.ClientSession(connector=trust, auto_decompress=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        await self._session.close()
        await self._runner.cleanup()

    def open(self, writes: int | None = None) -> None:
        """Let everything through, or so many writes and then nothing any more."""
        self._left, self.writes = writes, 0
        self.closed = asyncio.Event()
        if writes == 0:
            self.closed.set()

    def cut(self) -> None:
        """End every watch in the middle of the next line that it brings."""
        for stream in self._streams:
            stream.set()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        if self.closed.is_set():
            return await self._nothing(request)
        if (refusal := self.refuse(request)) is not None:
            return refusal
        if request.query.get("watch") == "true":
            return await self._stream(request)
        return await self._once(request)

    async def _once(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        await self.there(request)
        last = self._counted(request)
        async with self._ask(request, body) as answer:
            content = await answer.read()
            await self.back(request)
            if last or self.closed.is_set():
                self.closed.set()
                return await self._nothing(request)
            return web.Response(status=answer.status, body=content, headers=_headers(answer))

    def _counted(self, request: web.Request) -> bool:
        """Whether this is the last write that goes through."""
        if request.method in _READS:
            return False
        self.writes += 1
        return self._left is not None and self.writes >= self._left

    async def _nothing(self, request: web.Request) -> web.StreamResponse:
        """The connection ends without an answer."""
        if request.transport is not None:
            request.transport.abort()
        return web.Response()

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        cut = asyncio.Event()
        self._streams.add(cut)
        try:
            async with self._ask(request, b"") as answer:
                response = web.StreamResponse(status=answer.status, headers=_headers(answer))
                await response.prepare(request)
                async for chunk in answer.content.iter_any():
                    await self.back(request)
                    if self.closed.is_set():
                        return await self._nothing(request)
                    if cut.is_set():
                        await response.write(chunk[: max(1, len(chunk) // 2)])
                        return await self._nothing(request)
                    await response.write(chunk)
                return response
        except (ConnectionError, aiohttp.ClientError):
            return await self._nothing(request)
        finally:
            self._streams.discard(cut)

    def _ask(self, request: web.Request, body: bytes) -> aiohttp.client._RequestContextManager:
        headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
        return self._session.request(
            request.method,
            self._plane.server + request.raw_path,
            data=body or None,
            headers=headers,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),
        )

    def _plane_trust(self) -> aiohttp.Fingerprint | bool:
        return False  # loopback, and a server that this process started


class Held:
    """Holds up the first request of a kind until it may go on: a `Gate.there` or `Gate.back`."""

    def __init__(self, method: str, collection: str) -> None:
        self._method, self._collection = method, collection
        self.reached = asyncio.Event()
        self.go = asyncio.Event()

    async def __call__(self, request: web.Request) -> None:
        """Wait, if this is the one."""
        if _is(request, self._method, self._collection) and not self.reached.is_set():
            self.reached.set()
            await self.go.wait()


def once(method: str, collection: str) -> Refusal:
    """The first request of a kind is refused."""
    refused = False

    def refuse(request: web.Request) -> web.Response | None:
        nonlocal refused
        if refused or not _is(request, method, collection):
            return None
        refused = True
        return web.json_response({"kind": "Status", "code": 403, "message": "not this one"}, status=403)

    return refuse


def storm(dice: random.Random, share: float) -> Refusal:
    """So many of all requests are refused as an API server does that has too much to do, or is ill."""

    def refuse(_: web.Request) -> web.Response | None:
        if dice.random() >= share:
            return None
        code = dice.choice((429, 429, 500, 503))
        headers = {"Retry-After": "0"} if code == 429 else {}
        body = {"kind": "Status", "status": "Failure", "code": code, "reason": "InternalError", "message": "a storm"}
        return web.json_response(body, status=code, headers=headers)

    return refuse


def _is(request: web.Request, method: str, collection: str) -> bool:
    return request.method == method and f"/{collection}" in request.path


def _headers(answer: aiohttp.ClientResponse) -> dict[str, str]:
    with suppress(KeyError):
        return {"Content-Type": answer.headers["Content-Type"]}
    return {}
