"""Serves the page: on a person's own machine, or in a cluster."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web

from vidra.kube.connection import Connection
from vidra.ui.app import Server
from vidra.ui.identity import ByKubeconfig, Identify
from vidra.ui.one_time_codes import OneTimeCodes
from vidra.ui.page import BUILT, Page
from vidra.web.bind import address, not_bound

LOOPBACK = "127.0.0.1"
"""The only address that a page on a person's own machine is served on: for others there are port-forward and ssh -L."""
IDLE = 15.0
"""Seconds for which an unused connection is kept."""


class LocalPage:
    """A page that only whoever has its address can open.

    Attributes:
        port: Where it is served.
        codes: What opens it.
    """

    def __init__(self, port: int, codes: OneTimeCodes) -> None:
        self.port = port
        self.codes = codes

    @property
    def origin(self) -> str:
        """The address without a code."""
        return f"http://{LOOPBACK}:{self.port}"

    def address(self) -> str:
        """An address that opens the page once. The code is in the fragment, which no browser sends."""
        return f"{self.origin}/#code={self.codes.new()}"


@asynccontextmanager
async def local_page(
    connection: Connection,
    namespaces: tuple[str, ...],
    *,
    port: int = 0,
    read_only: bool = False,
    codes: OneTimeCodes | None = None,
    folder: Path = BUILT,
) -> AsyncIterator[LocalPage]:
    """Serve the page on this machine alone, with a person's own rights, while the context lasts.

    Args:
        port: 0: a free one.

    Raises:
        PageError: The page is not built.
        BindError: The port is taken.
    """
    codes = codes or OneTimeCodes()
    local = LocalPage(port, codes)

    def origins() -> list[str]:
        return [f"http://{host}:{local.port}" for host in (LOOPBACK, "localhost", "[::1]")]

    server = Server(ByKubeconfig(connection, codes), Page(folder), origins, namespaces, read_only=read_only)
    async with _serving(server, LOOPBACK, port) as local.port:
        yield local


@asynccontextmanager
async def cluster_page(
    bind: str,
    identify: Identify,
    origins: list[str],
    namespaces: tuple[str, ...],
    *,
    read_only: bool = False,
    base: str = "",
    folder: Path = BUILT,
) -> AsyncIterator[int]:
    """Serve the page in a cluster while the context lasts; gives the port.

    Args:
        bind: Host and port, as Go programs take them.
        origins: Where people reach it, each as scheme://host[:port].
        base: The path below which it is, where a proxy does not take it away.

    Raises:
        PageError: The page is not built.
        BindError: It is no address, or it is taken.
    """
    server = Server(identify, Page(folder), lambda: origins, namespaces, read_only=read_only, base=base)
    async with _serving(server, *address(bind)) as port:
        yield port


@asynccontextmanager
async def _serving(server: Server, host: str | None, port: int) -> AsyncIterator[int]:
    runner = web.AppRunner(
        server.application(), access_log=None, keepalive_timeout=IDLE, shutdown_timeout=1, handle_signals=False
    )
    await runner.setup()
    try:
        listening = await _listening(runner, host, port)
        try:
            yield listening.sockets[0].getsockname()[1]
        finally:
            listening.close()
    finally:
        await runner.cleanup()


async def _listening(runner: web.AppRunner, host: str | None, port: int) -> asyncio.Server:
    assert runner.server is not None, "it is set up"
    try:
        return await asyncio.get_running_loop().create_server(runner.server, host, port)
    except OSError as error:
        raise not_bound(f"{host or ''}:{port}", error) from None
