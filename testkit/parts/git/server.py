"""Git's own `git http-backend` behind a web server on loopback."""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from testkit.parts.git.repository import Repository
from testkit.parts.running import Running

Fault = Callable[[web.Request], Awaitable[web.StreamResponse | None]]


class Asked(NamedTuple):
    """One request."""

    method: str
    path: str
    authorization: str
    body: bytes


class GitServer(Running):
    """From `async with` to its end, the repositories in the folder can be read over HTTP.

    Attributes:
        url: Where it is.
        users: Those who may read, with their passwords; empty: everybody.
        asked: The requests that came.
        fault: Is asked first, and may answer in place of Git.
        protocol: What is passed on of the version of the protocol that a client wants; False: nothing, as old servers.
    """

    url: str

    def __init__(self, folder: Path, tls: ssl.SSLContext | None = None) -> None:
        super().__init__()
        self._folder = folder
        self._tls = tls
        self._port = 0
        self._runner: web.AppRunner | None = None
        self.users: dict[str, str] = {}
        self.asked: list[Asked] = []
        self.fault: Fault | None = None
        self.protocol = True

    def repository(self, name: str = "team/repo.git") -> Repository:
        """A new repository."""
        return Repository(self._folder / name)

    async def _start(self, stack: AsyncExitStack) -> None:
        await self.up()
        stack.push_async_callback(self.down)

    async def up(self) -> None:
        """Listen; on the port of the last time, if there was one."""
        app = web.Application(client_max_size=1 << 26)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self._port, ssl_context=self._tls, reuse_address=True).start()
        self._port = int(self._runner.addresses[0][1])
        self.url = f"{'https' if self._tls else 'http'}://127.0.0.1:{self._port}"

    async def down(self) -> None:
        """Refuse connections, and break those off that there are."""
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        body = await request.read()
        authorization = request.headers.get("Authorization", "")
        self.asked.append(Asked(request.method, request.path_qs, authorization, body))
        if self.fault is not None and (answer := await self.fault(request)) is not None:
            return answer
        if self.users and not self._known(authorization):
            return web.Response(status=401, headers={"WWW-Authenticate": 'Basic realm="git"'}, text="who are you?")
        return await self._backend(request, body)

    def _known(self, authorization: str) -> bool:
        pairs = (f"{user}:{password}".encode() for user, password in self.users.items())
        return authorization in {f"Basic {base64.b64encode(pair).decode()}" for pair in pairs}

    async def _backend(self, request: web.Request, body: bytes) -> web.Response:
        environment = {
            "PATH": os.environ["PATH"],
            "GIT_PROJECT_ROOT": str(self._folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "PATH_INFO": request.path,
            "QUERY_STRING": request.query_string,
            "REQUEST_METHOD": request.method,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
        }
        if self.protocol:
            environment["GIT_PROTOCOL"] = request.headers.get("Git-Protocol", "")
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(
            "git", "http-backend", stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL, env=environment
        )
        output, _ = await process.communicate(body)
        return _response(output)


def _response(output: bytes) -> web.Response:
    """What a CGI program prints, as an answer."""
    head, _, body = output.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
    status = int(headers.pop("Status", "200 OK").split()[0])
    return web.Response(status=status, headers=headers, body=body)
