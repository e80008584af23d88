"""Serves short calls of strangers: so many connections at a time, each for so long, whatever they send or not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from vidra.web.server import OFF, address, not_bound

MOST = 256
"""Connections at a time."""
LONGEST = 10.0
"""Seconds that one may last: the head of a request has no time-out of its own."""
BUFFER = 16 * 1024
LINGER = 1.0
"""Seconds in which the rest of a refused body is thrown away, so that the sender reads the answer."""

_QUIET = logging.getLogger("vidra.web.bounded")
_QUIET.setLevel(logging.CRITICAL)
"""A stranger who sends what is no HTTP fills no log."""

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def bounded(bind: str, handler: Handler, full: Callable[[], None]) -> AsyncIterator[int]:
    """Serve while the context lasts; gives the port, 0 if nothing is served.

    Args:
        full: Told of every connection that is turned away.

    Raises:
        BindError: It is no address, or it is taken.
    """
    if bind == OFF:
        yield 0
        return
    host, port = address(bind)
    # No inflating: a small body stays small.
    server = web.Server(
        handler, access_log=None, logger=_QUIET, lingering_time=LINGER, read_bufsize=BUFFER, auto_decompress=False
    )
    loop = asyncio.get_running_loop()

    def connected() -> asyncio.Protocol:
        if len(server.connections) >= MOST:
            full()
            return _TurnedAway()
        protocol = server()
        loop.call_later(LONGEST, _cut, protocol)
        return protocol

    try:
        listening = await loop.create_server(connected, host, port)
    except OSError as error:
        raise not_bound(bind, error) from None
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        await server.shutdown(1)


class _TurnedAway(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        transport.close()


def _cut(protocol: web.RequestHandler) -> None:
    if protocol.transport is not None:
        protocol.transport.close()
