"""A web server on loopback that gives what a test puts there, with ETags, and as wrongly as a test wants it."""

from __future__ import annotations

import hashlib
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack

from aiohttp import web

from testkit.parts.running import Running

Fault = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


class WebFiles(Running):
    """From `async with` to its end, what is in `files` can be had.

    Args:
        tls: Its certificate; None: plain http.

    Attributes:
        url: Where it is.
        files: What is there, by path.
        asked: The requests that came.
        fault: Is asked first, and may answer in place of the files.
    """

    url: str

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self._tls = tls
        self.files: dict[str, bytes] = {}
        self.asked: list[tuple[str, str, str]] = []
        """Method and path, the value of `Authorization`, and the status that was answered."""
        self.fault: Fault | None = None

    async def _start(self, stack: AsyncExitStack) -> None:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self._tls).start()
        self.url = f"http{'s' if self._tls else ''}://127.0.0.1:{runner.addresses[0][1]}"

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        response = (await self.fault(request) if self.fault else None) or self._file(request)
        authorization = request.headers.get("Authorization", "")
        self.asked.append((f"{request.method} {request.path_qs}", authorization, str(response.status)))
        return response

    def _file(self, request: web.Request) -> web.Response:
        content = self.files.get(request.path)
        if content is None:
            return web.Response(status=404)
        etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=content, headers={"ETag": etag}, content_type="application/octet-stream")
