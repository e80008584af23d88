"""The HTTP endpoints of an operator; untrusted clients cannot block them for others."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from aiohttp import web
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from vidra.web.limits import Crowd, bounded

Page = Callable[[], web.Response]


@asynccontextmanager
async def serving(bind: str, pages: Mapping[str, Page]) -> AsyncIterator[int]:
    """Serve pages by their paths while the context lasts; gives the port, 0 if nothing is served.

    Raises:
        BindError: It is no address, or it is taken.
    """

    async def answer(request: web.BaseRequest) -> web.Response:
        page = pages.get(request.path)
        if page is None:
            return web.Response(status=404, text="404: Not Found")
        if request.method not in {"GET", "HEAD"}:
            return web.Response(status=405, text="405: Method Not Allowed", headers={"Allow": "GET,HEAD"})
        return page()

    async with bounded(bind, answer, lambda _: None, crowd=Crowd.OLDEST_GOES) as port:
        yield port


def health(ready: asyncio.Event, deaf: Callable[[], str] = str) -> Mapping[str, Page]:
    """`/healthz` answers as long as the process works; `/readyz` when all stores have synced and receive events.

    A process without events is not restarted for that: another would not receive them either, and this one reconnects
    by itself.

    Args:
        deaf: The resources whose watches were silent for too long; empty when none was.
    """

    def healthz() -> web.Response:
        return web.Response(text="ok")

    def readyz() -> web.Response:
        if not ready.is_set():
            return web.Response(text="not ready: waiting for the API server to show Vidra's resources", status=503)
        if paths := deaf():
            return web.Response(text=f"not ready: the API server sends no more news of {paths}", status=503)
        return web.Response(text="ok")

    return {"/healthz": healthz, "/readyz": readyz}


def metrics(registry: CollectorRegistry) -> Mapping[str, Page]:
    """`/metrics` in Prometheus' text format."""
    render: Callable[[], bytes] = lambda: generate_latest(registry)  # noqa: E731 - typed: the library is not

    def show() -> web.Response:
        return web.Response(body=render(), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return {"/metrics": show}
