"""HTTP to one server: a pool of connections, a cap on every answer, and retries of what may pass."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import msgspec
import structlog
from yarl import URL

from vidra import __version__
from vidra.sources.hosts import AllowedHosts
from vidra.sources.protocol import SourceError
from vidra.sources.transport.dialect import Dialect
from vidra.sources.transport.failures import CAUGHT, Failure, failure_of
from vidra.sources.transport.limits import TransportLimits
from vidra.sources.transport.messages import Answer, Request
from vidra.sources.transport.places import host_of, shown
from vidra.sources.transport.retry import wait_before
from vidra.sources.transport.streamed import Streamed, too_large
from vidra.telemetry.http_requests import RequestCounter

log = structlog.get_logger("vidra.sources")


class _NoAnswerError(SourceError):
    """A request was not answered."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.reason, failure.message)
        self.failure = failure


class Transport:
    """Sends requests; the session is made with the first of them.

    Args:
        hosts: Which addresses may be connected to; None: every one.
        tls: For requests to the base; None: the system's certificate authorities.
        proxy: The forward proxy that every request goes through. The addresses of `hosts` are then the proxy's affair.
    """

    def __init__(
        self,
        base: str,
        limits: TransportLimits,
        traffic: RequestCounter,
        dialect: Dialect,
        *,
        hosts: AllowedHosts | None = None,
        tls: ssl.SSLContext | None = None,
        proxy: URL | None = None,
    ) -> None:
        self._base = base
        self._proxy = proxy
        self._origin = URL(base).origin()
        self._traffic = traffic
        self._limits = limits
        self._dialect = dialect
        self._hosts = hosts
        self._tls = tls
        self._session: aiohttp.ClientSession | None = None
        self._slots = asyncio.Semaphore(limits.concurrency)
        self._busy = 0
        self._retired = False
        self._closed = False

    async def send(self, request: Request) -> Answer:
        """The answer, whatever its status, after as many attempts as it takes and the limits allow.

        Raises:
            SourceError: None came.
        """
        self._busy += 1
        try:
            return await self._insist(request)
        finally:
            await self._done()

    @asynccontextmanager
    async def stream(self, request: Request, *, timeout: float | None = None) -> AsyncIterator[Streamed]:
        """The answer to a request that is sent once; who asks reads its body piece by piece.

        Args:
            timeout: Seconds for all of it, if not what the limits say.

        Raises:
            SourceError: None came, or it broke off.
        """
        self._busy += 1
        try:
            async with self._slots:
                response = await self._start(request, timeout)
                try:
                    yield Streamed(response, request, self._failed)
                finally:
                    response.close()
        finally:
            await self._done()

    async def retire(self) -> None:
        """Close the connections as soon as no request needs them."""
        self._retired = True
        if not self._busy:
            await self._disconnect()

    async def close(self) -> None:
        """Close the connections at once, and open none again."""
        self._closed = True
        await self._disconnect()

    async def _done(self) -> None:
        self._busy -= 1
        if self._retired and not self._busy:
            await self._disconnect()

    async def _disconnect(self) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def _insist(self, request: Request) -> Answer:
        attempt = 1
        while True:
            outcome = await self._once(request)
            if isinstance(outcome, Answer):
                again, retry_after = self._dialect.may_pass(outcome), outcome.retry_after
            else:
                again, retry_after = outcome.passing, None
            attempt += 1
            wait = wait_before(attempt, self._limits, retry_after) if again else None
            if wait is None:
                break
            await asyncio.sleep(wait)
        if isinstance(outcome, Failure):
            raise outcome.error()
        return outcome

    async def _once(self, request: Request) -> Answer | Failure:
        async with self._slots:
            try:
                response = await self._start(request)
            except _NoAnswerError as error:
                # Returned, not raised: a chained exception would carry the request's headers along.
                return error.failure
            try:
                return await self._whole(response, request)
            except CAUGHT as error:
                return self._failed(error, request)
            finally:
                response.close()

    async def _start(self, request: Request, timeout: float | None = None) -> aiohttp.ClientResponse:
        """Send a request, and come back with the head of its answer."""
        if self._closed:
            message = f"the connections to {self._base} are closed, because Vidra stops"
            raise _NoAnswerError(Failure(self._dialect.peer.unreachable, message, passing=False))
        if self._hosts is not None:
            await self._hosts.check_literal(request.url)
        headers = request.headers if request.body is None else {"Content-Type": "application/json", **request.headers}
        try:
            response = await self._open().request(
                request.method,
                request.url,
                data=request.body,
                headers=headers,
                allow_redirects=False,
                proxy=self._proxy,
                ssl=self._tls if self._tls is not None and request.url.origin() == self._origin else True,
                timeout=self._timeout(timeout),
            )
        except CAUGHT as error:
            failure = self._failed(error, request)
        else:
            self._note(request, response.status)
            return response
        raise _NoAnswerError(failure)

    async def _whole(self, response: aiohttp.ClientResponse, request: Request) -> Answer | Failure:
        streamed = Streamed(response, request, self._failed)
        if not self._dialect.decompress and (refused := streamed.compressed()):
            return refused
        body = await _read(response, request.cap)
        return too_large(request) if body is None else streamed.answer(body)

    def _failed(self, error: Exception, request: Request) -> Failure:
        self._traffic.note(host_of(str(request.url)), request.method, None)
        base = self._base if request.url.origin() == self._origin else str(request.url.origin())
        failure = failure_of(error, base, self._dialect.peer)
        if self._proxy is None:
            return failure
        return msgspec.structs.replace(failure, message=f"{failure.message}; asked through {shown(self._proxy)}")

    def _note(self, request: Request, status: int) -> None:
        host = host_of(str(request.url))
        self._traffic.note(host, request.method, status)
        log.debug("request", host=host, method=request.method, path=request.url.path, code=status)

    def _timeout(self, total: float | None) -> aiohttp.ClientTimeout:
        return aiohttp.ClientTimeout(total=total or self._limits.timeout, sock_connect=self._limits.connect_timeout)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            resolver = self._hosts.resolver() if self._hosts is not None else None
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._limits.concurrency, resolver=resolver),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": f"vidra/{__version__}", **self._dialect.headers},
                auto_decompress=self._dialect.decompress,
            )
        return self._session


async def _read(response: aiohttp.ClientResponse, cap: int) -> bytes | None:
    """The body, or None as soon as it is seen to be over the cap."""
    if (response.content_length or 0) > cap:
        return None
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > cap:
            return None
    return bytes(body)
