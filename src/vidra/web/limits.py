"""Serves short requests of untrusted clients: so many connections at a time, each for so long, whatever they send."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from enum import Enum

import structlog
from aiohttp import web

from vidra.web.bind import OFF, address, not_bound

log = structlog.get_logger("vidra.web")

MOST = 256
"""Connections at a time."""
LONGEST = 10.0
"""Seconds that a connection may last."""
BUFFER = 16 * 1024
LINGER = 1.0
"""Seconds in which the rest of a refused body is thrown away, so that the sender reads the answer."""

Handler = Callable[[web.BaseRequest], Awaitable[web.Response]]

_SILENT = logging.getLogger("vidra.web.limits")
_SILENT.disabled = True  # what strangers send is counted, not logged


class ConnectionFailure(Enum):
    """How a connection without an answer ended."""

    TOO_MANY = "too many"
    """There are as many as may be."""
    NO_HTTP = "no HTTP"
    """The data was not a request."""
    UNFINISHED = "unfinished"
    """A request was begun, and its end did not come, or not in time."""


class Crowd(Enum):
    """Which connection is closed when there is one too many."""

    NEWEST_GOES = "newest"
    """Whoever calls again later loses nothing."""
    OLDEST_GOES = "oldest"
    """Whoever needs an answer now, and takes a moment for it, gets one however many do nothing."""


Note = Callable[[ConnectionFailure], None]


class _Visit(web.RequestHandler):
    """One connection."""

    def __init__(self, server: web.Server, note: Note, crowd: Crowd) -> None:
        loop = asyncio.get_running_loop()
        # No inflating: a small body stays small.
        super().__init__(
            server,
            loop=loop,
            logger=_SILENT,
            access_log=_SILENT,
            auto_decompress=False,
            lingering_time=LINGER,
            read_bufsize=BUFFER,
            keepalive_timeout=0,
        )
        self._server = server
        self._note = note
        self._crowd = crowd
        self._begun = False
        self._end = loop.call_later(LONGEST, self._abort)
        self.taken = False
        """Whether what became of it is known, or the handler's to say."""
        self.turned_away = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody came."""
        super().connection_made(transport)
        # The oldest first. A connection that is being closed is still listed until the loop has run once.
        staying = [visit for visit in self._server.connections if isinstance(visit, _Visit) and not visit.turned_away]
        if len(staying) > MOST:
            (self if self._crowd is Crowd.NEWEST_GOES else staying[0]).turn_away()

    def turn_away(self) -> None:
        """Close it, for there are too many."""
        self._note(ConnectionFailure.TOO_MANY)
        self.taken = self.turned_away = True
        self._abort()

    def data_received(self, data: bytes) -> None:
        """Somebody says something."""
        self._begun = True
        super().data_received(data)

    def connection_lost(self, exc: BaseException | None) -> None:
        """It ends, from whichever side."""
        self._end.cancel()
        if self._begun and not self.taken:
            self._note(ConnectionFailure.UNFINISHED)
        self.taken = True
        super().connection_lost(exc)

    def handle_error(
        self, request: web.BaseRequest, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        """The data was not HTTP, unless the message is about the end of the connection."""
        if not self.taken:
            self._note(ConnectionFailure.NO_HTTP)
        self.taken = True
        return super().handle_error(request, status, exc, message)

    def _abort(self) -> None:
        if isinstance(self.transport, asyncio.Transport):
            self.transport.abort()


@asynccontextmanager
async def bounded(bind: str, handler: Handler, note: Note, *, crowd: Crowd = Crowd.NEWEST_GOES) -> AsyncIterator[int]:
    """Serve while the context lasts; gives the port, 0 if nothing is served.

    Invariant: strangers hold no more than so many of the operator's file descriptors, which it needs for its own work.

    Raises:
        BindError: It is no address, or it is taken.
    """
    if bind == OFF:
        yield 0
        return

    async def answer(request: web.BaseRequest) -> web.Response:
        assert isinstance(request.protocol, _Visit)
        request.protocol.taken = True
        try:
            response = await handler(request)
        except ConnectionError:
            raise
        except Exception:
            log.exception("a call failed")
            response = web.Response(status=500, text="a fault of Vidra: see the operator's log\n")
        response.force_close()
        return response

    host, port = address(bind)
    server = web.Server(answer)
    try:
        listening = await asyncio.get_running_loop().create_server(lambda: _Visit(server, note, crowd), host, port)
    except OSError as error:
        raise not_bound(bind, error) from None
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        await server.shutdown(1)
