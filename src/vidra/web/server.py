"""The HTTP endpoints of an operator."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

_PORT = re.compile("[0-9]{1,5}")

OFF = "0"
"""The bind address that means: do not serve this."""


class BindError(Exception):
    """Nothing can be served at an address; the message says why."""


def address(text: str) -> tuple[str | None, int]:
    """Host and port of a bind address as Go programs take it: `:8080`, `127.0.0.1:8080`, `[::1]:8080`.

    Raises:
        BindError: It is none.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not _PORT.fullmatch(port) or int(port) > 65535:
        raise BindError(f"{text!r} is no bind address: write host:port or :port, or {OFF} to serve nothing")
    return host.strip("[]") or None, int(port)


@asynccontextmanager
async def serving(bind: str, routes: list[web.RouteDef]) -> AsyncIterator[int]:
    """Serve these routes while the context lasts; gives the port, 0 if nothing is served.

    Raises:
        BindError: It is no address, or it is taken.
    """
    if bind == OFF:
        yield 0
        return
    host, port = address(bind)
    app = web.Application()
    app.add_routes(routes)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            raise not_bound(bind, error) from None
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


def not_bound(bind: str, error: OSError) -> BindError:
    """Why nothing can be served there."""
    why = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or error
    return BindError(f"cannot serve on {bind}: {why}")


def health(ready: asyncio.Event, deaf: Callable[[], str] = str) -> list[web.RouteDef]:
    """`/healthz` answers as long as the process works; `/readyz` when the operator has read everything, and hears.

    A process that does not hear is not ended for it: another would hear no more, and it hears by itself again.

    Args:
        deaf: What the operator has heard nothing of for too long; empty when it hears.
    """

    async def healthz(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    async def readyz(_: web.Request) -> web.Response:
        if not ready.is_set():
            return web.Response(text="not ready: waiting for the API server to show Vidra's resources", status=503)
        if paths := deaf():
            return web.Response(text=f"not ready: the API server tells nothing any more of {paths}", status=503)
        return web.Response(text="ok")

    return [web.get("/healthz", healthz), web.get("/readyz", readyz)]


def metrics(registry: CollectorRegistry) -> list[web.RouteDef]:
    """`/metrics` in Prometheus' text format."""
    render: Callable[[], bytes] = lambda: generate_latest(registry)  # noqa: E731 - typed: the library is not

    async def show(_: web.Request) -> web.Response:
        return web.Response(body=render(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return [web.get("/metrics", show)]
