"""HTTP to one Infrahub: a pool of connections, a cap on every answer, and retries of what may pass."""

from __future__ import annotations

import asyncio

import aiohttp
import structlog
from yarl import URL

from vidra import __version__
from vidra.api.reasons import Reason
from vidra.sources.infrahub.errors import CAUGHT, Failure, failure_of
from vidra.sources.infrahub.http import Answer, Request
from vidra.sources.infrahub.limits import InfrahubLimits
from vidra.sources.infrahub.retry import may_pass, read_retry_after, wait_before
from vidra.sources.infrahub.url import host_of
from vidra.telemetry.http_requests import RequestCounter

log = structlog.get_logger("vidra.infrahub")

_AWAY = Reason.INFRAHUB_UNREACHABLE


class Transport:
    """Sends requests; the session is made with the first of them."""

    def __init__(self, base: str, limits: InfrahubLimits, traffic: RequestCounter) -> None:
        self._base = base
        self._host = host_of(base)
        self._traffic = traffic
        self._limits = limits
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
            self._busy -= 1
            if self._retired and not self._busy:
                await self._disconnect()

    async def retire(self) -> None:
        """Close the connections as soon as no request needs them."""
        self._retired = True
        if not self._busy:
            await self._disconnect()

    async def close(self) -> None:
        """Close the connections at once, and open none again."""
        self._closed = True
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
                again, retry_after = may_pass(outcome), outcome.retry_after
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
            if self._closed:
                return Failure(_AWAY, f"the connections to {self._base} are closed, because Vidra stops", passing=False)
            try:
                return await self._exchange(request)
            except CAUGHT as error:
                self._traffic.note(self._host, request.method, None)
                # Returned, not raised: a chained exception would carry the request's headers along.
                return failure_of(error, self._base)

    async def _exchange(self, request: Request) -> Answer | Failure:
        headers = (
            {"Content-Type": "application/json", **request.headers} if request.body is not None else request.headers
        )
        async with self._open().request(
            request.method, request.url, data=request.body, headers=headers, allow_redirects=False
        ) as response:
            body = await _read(response, request.cap)
            self._traffic.note(self._host, request.method, response.status)
            log.debug("request", host=self._host, method=request.method, path=request.url.path, code=response.status)
            if body is None:
                return _too_large(request.url, request.cap)
            return Answer(
                response.status,
                response.content_type,
                body,
                location=response.headers.get("Location", ""),
                retry_after=read_retry_after(response.headers.get("Retry-After", "")),
                secrets=request.secrets,
            )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._limits.concurrency),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": f"vidra/{__version__}", "Accept": "*/*"},
                timeout=aiohttp.ClientTimeout(total=self._limits.timeout, sock_connect=self._limits.connect_timeout),
            )
        return self._session


async def _read(response: aiohttp.ClientResponse, cap: int) -> bytes | None:
    """The body, or None as soon as it is seen to be over the cap."""
    if (response.content_length or 0) > cap:
        response.close()
        return None
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > cap:
            response.close()
            return None
    return bytes(body)


def _too_large(url: URL, cap: int) -> Failure:
    what = url.with_query(None)
    return Failure(
        Reason.TOO_LARGE, f"the answer of {what} is over {cap} bytes; split it up, or raise the limit", passing=False
    )
