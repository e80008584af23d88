"""Sends requests to one API server: pooled, limited, timed and retried.

Called by `operations.py`, `watch.py`, `discovery.py` and everything else that talks to a cluster; it calls aiohttp.
`operations.py` knows what the verbs mean.
"""

from __future__ import annotations

import asyncio
import copy
import io
import time
from asyncio.sslproto import SSLProtocol
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from functools import partial
from typing import Any, Self, TypeVar
from urllib.parse import urlencode

import aiohttp
import msgspec
import structlog
from yarl import URL

from vidra import __version__
from vidra.api.redaction import hidden
from vidra.common.backoff import Backoff, between
from vidra.kube.answers import OBJECT, AnswerBudget, largest_answer, receive
from vidra.kube.connection import Connection
from vidra.kube.decode import decode
from vidra.kube.errors import TOLD, ApiError, RequestCancelledError, Status, UnintelligibleError, UnreachableError, why
from vidra.kube.latency import Latency
from vidra.kube.object_lock import ObjectLocks
from vidra.kube.request_slots import RequestSlots
from vidra.kube.uncancelled_write import finish
from vidra.telemetry.http_requests import RequestCounter

T = TypeVar("T")

log = structlog.get_logger("vidra.kube")

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
JSON_PATCH = "application/json-patch+json"
APPLY_PATCH = "application/apply-patch+yaml"

Headers = tuple[tuple[str, str], ...]

IN_FLIGHT = 32
"""Requests to one cluster at a time, without those whose answer is late (`request_slots.py`). More would not help: the
server's own limits and etcd decide then."""
LARGE = 1 << 20
"""Bytes from which a body is sent in pieces: in one piece it would block the event loop."""
ATTEMPTS = 3
BACKOFF = Backoff(first=0.2, jitter=1)
"""Between retries, when the server is not reached."""
TIMEOUT = aiohttp.ClientTimeout(total=30, connect=5)
KEPT = 15.0
"""Keep-alive seconds of an unused connection. An idle cluster is probed more often than that, so that one connection
stays open, and only one."""
LATE = 4.0
"""Seconds without an answer after which the server should be probed."""
LONGEST_PAUSE = 30.0
"""Seconds. For a longer Retry-After the work queue waits, not the request."""


class Client:
    """One API server under one identity.

    Args:
        traffic: Where requests are counted, if other clients count there too.
        largest: Maximum bytes of one answer, if the server is trusted; without, see `answers.py`.
    """

    rehearses = False
    """Whether this is a dry run: a write then does not see what an earlier one did."""

    def __init__(
        self,
        connection: Connection,
        *,
        in_flight: int = IN_FLIGHT,
        traffic: RequestCounter | None = None,
        largest: int = 0,
    ) -> None:
        keep_small()
        self.connection = connection
        self.host = URL(connection.server).host_port_subcomponent or ""
        """Host and port, as metrics name the server."""
        self._traffic = RequestCounter() if traffic is None else traffic
        self.on_late: Callable[[], None] = lambda: None
        """Called when an answer is late; the request continues."""
        self.alone = ObjectLocks()
        """Shared by all writers of one object, whatever identity they use."""
        self._acting_as: Headers = ()
        self._dry = False
        self._finishes = True
        self._latency = Latency()
        self._largest = largest
        self._budget = AnswerBudget(largest) if largest else AnswerBudget()
        self._under_way: set[asyncio.Timeout] = set()
        self._writes: set[asyncio.Task[bytes]] = set()
        self._closing = asyncio.Event()
        self._base = connection.server
        self._server_hostname = connection.tls_server_name or None
        self._slots = RequestSlots(in_flight, lambda: self._latency.crowded)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,
                ssl=connection.ssl_context() if connection.server.startswith("https:") else True,
                keepalive_timeout=KEPT,
            ),
            timeout=TIMEOUT,
            headers={"User-Agent": f"vidra/{__version__}", "Accept": JSON, "Accept-Encoding": "identity"},
            auto_decompress=False,  # nothing packed is asked for, and nothing packed is unpacked
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )

    def acting_as(self, headers: Headers) -> Self:
        """The same server, connections and limits, with impersonation headers; `close` closes only this one."""
        other = copy.copy(self)
        other._acting_as = headers
        other.on_late = lambda: None
        return other

    @property
    def impersonates(self) -> Headers:
        """The impersonation headers that every request has."""
        return self._acting_as

    def rehearsing(self) -> Self:
        """The same client, with writes that the server answers but does not execute (dryRun=All)."""
        other = copy.copy(self)
        other._dry = other.rehearses = True
        other._finishes = False
        other.on_late = lambda: None
        return other

    def hasty(self) -> Self:
        """The same client for callers with a deadline: when cancelled, it does not wait for the answer to a write."""
        other = copy.copy(self)
        other._finishes = False
        other.on_late = lambda: None
        return other

    @property
    def latency(self) -> Latency:
        """How fast the server answered lately, to any caller."""
        return self._latency

    async def close(self) -> None:
        """Start no new request, and close every connection when the running writes were answered."""
        self._closing.set()
        if self._writes:
            await asyncio.wait(self._writes)
        await self._session.close()

    def break_off(self) -> None:
        """Cancel every running request as unanswered: the server turned out to be unavailable."""
        for limit in self._under_way:
            if not limit.expired():
                limit.reschedule(0)

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
        content_type: str = JSON,
        accept: str = JSON,
        repeatable: bool = True,
    ) -> bytes:
        """Send one request and return the answer.

        Args:
            path: From the server's root, already escaped.
            repeatable: Whether it may be sent twice, so that it is retried after a lost answer.

        Raises:
            UnreachableError: No answer.
            ApiError: Any answer but 2xx, after the retries that make sense.
        """
        if self._dry and method != "GET":
            # If there is a body, the server ignores the query, and would really delete.
            assert method != "DELETE", "a deletion cannot be rehearsed like this"
            query = {**(query or {}), "dryRun": "All"}
        headers = self._headers(("Accept", accept), ("Content-Type", content_type))
        url = self._url(path, query)
        most = self._largest or largest_answer(accept, query)
        attempt = 0
        while True:
            attempt += 1
            try:
                return await self._in_turn(method, url, headers, body, most)
            except (RequestCancelledError, UnintelligibleError):
                raise
            except UnreachableError:
                if not repeatable or attempt >= ATTEMPTS:
                    raise
                pause = BACKOFF.after(attempt)
            except ApiError as error:
                # 429 was refused before anything was executed: always safe to repeat.
                if error.code != 429 or attempt >= ATTEMPTS or error.retry_after > LONGEST_PAUSE:
                    raise
                pause = error.retry_after + between(0, 0.5 * attempt)
            await asyncio.sleep(pause)

    async def ask(self, path: str, *, within: float) -> bytes:
        """Probe the server: one small request, without retries and without waiting for a slot.

        Raises:
            UnreachableError: No answer in so many seconds.
            ApiError: Any answer but 2xx.
        """
        began = time.monotonic()
        try:
            async with asyncio.timeout(within):
                answer = await self._once("GET", self._url(path, None), self._headers(("Accept", JSON)), None, OBJECT)
        except TimeoutError as error:
            raise self._unreachable(error) from None
        self._latency.note(time.monotonic() - began)
        return answer

    async def get(self, path: str, kind: type[T], *, accept: str = JSON, query: Mapping[str, str] | None = None) -> T:
        """Read one resource, decoded.

        Raises:
            UnreachableError: No answer, or one that is not from an API server.
            ApiError: It cannot be read.
        """
        answer = await self.send("GET", path, accept=accept, query=query)
        try:
            return decode(answer, kind)
        except UnintelligibleError:
            raise UnreachableError(f"what answers at {self._base} does not talk like an API server ({path})") from None

    @asynccontextmanager
    async def stream(
        self, path: str, *, query: Mapping[str, str], accept: str, silence: float
    ) -> AsyncIterator[aiohttp.StreamReader]:
        """Stream a long answer.

        Args:
            silence: Seconds without a byte after which the connection counts as dead.

        Raises:
            UnreachableError: No answer, or it was cut.
            ApiError: The server refused.
        """
        timeout = aiohttp.ClientTimeout(total=None, connect=5, sock_read=silence)
        headers = self._headers(("Accept", accept))
        try:
            async with self._session.get(
                self._url(path, query),
                headers=headers,
                timeout=timeout,
                allow_redirects=False,
                server_hostname=self._server_hostname,
            ) as answer:
                self._traffic.note(self.host, "GET", answer.status)
                if answer.status != 200:
                    raise self._refusal(answer, await receive(answer, OBJECT, self._budget))
                yield answer.content
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise self._unreachable(error) from None
        except RuntimeError:
            if not self._session.closed:
                raise
            raise self._changed() from None

    async def _in_turn(self, method: str, url: URL, headers: Headers, body: bytes | None, most: int) -> bytes:
        """Wait for a slot, then for the answer; if this is a write, also when cancelled.

        Raises:
            RequestCancelledError: The server turned out to be unavailable meanwhile.
        """
        limit = asyncio.timeout(None)
        try:
            async with limit:
                self._under_way.add(limit)
                write = method != "GET"
                async with self._slots.slot(write=write):
                    with self._timed(write=write):
                        ask = partial(self._once, method, url, headers, body, most)
                        return await (finish(ask, self._writes) if self._finishes and write else ask())
        except TimeoutError:
            raise RequestCancelledError(
                f"cannot reach the API server {self._base}: it does not answer any more"
            ) from None
        finally:
            self._under_way.discard(limit)

    @contextmanager
    def _timed(self, *, write: bool) -> Iterator[None]:
        began = time.monotonic()
        late = asyncio.get_running_loop().call_later(LATE, self.on_late)
        try:
            yield
        finally:
            late.cancel()
            self._latency.note(time.monotonic() - began, write=write)

    async def _once(self, method: str, url: URL, headers: Headers, body: bytes | None, most: int) -> bytes:
        if self._closing.is_set():
            raise self._changed()
        try:
            async with self._session.request(
                method,
                url,
                headers=headers,
                data=io.BytesIO(body) if body and len(body) > LARGE else body,
                allow_redirects=False,
                server_hostname=self._server_hostname,
            ) as answer:
                content = await receive(answer, most, self._budget)
                self._latency.heard()
                self._traffic.note(self.host, method, answer.status)
                log.debug("request", host=self.host, method=method, path=url.path, code=answer.status)
                if 200 <= answer.status < 300:
                    return content
                raise self._refusal(answer, content)
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            self._traffic.note(self.host, method, None)
            raise self._unreachable(error) from None
        except RuntimeError:
            if not self._session.closed:
                raise
            raise self._changed() from None

    def _url(self, path: str, query: Mapping[str, str] | None) -> URL:
        """The URL of a request. A dot segment is refused: a proxy that normalizes paths would send it elsewhere.

        Raises:
            ApiError: No API server has such a path.
        """
        if not {".", ".."}.isdisjoint(path.split("/")):
            raise ApiError(404, Status(f"no API server has the path {path}", "NotFound"))
        return URL(f"{self._base}{path}?{urlencode(query)}" if query else self._base + path, encoded=True)

    def _headers(self, *headers: tuple[str, str]) -> Headers:
        try:
            value = self.connection.authorization()
        except OSError as error:
            raise UnreachableError(f"the token for {self._base} cannot be read: {error.strerror}") from None
        return *headers, *((("Authorization", value),) if value else ()), *self._acting_as

    def _changed(self) -> UnreachableError:
        return UnreachableError(f"the credentials for {self._base} were changed meanwhile")

    def _unreachable(self, error: Exception) -> UnreachableError:
        return UnreachableError(
            f"cannot reach the API server {self._base}: {hidden(why(error), self._secrets(), TOLD)}"
        )

    def _refusal(self, answer: aiohttp.ClientResponse, content: bytes) -> ApiError:
        try:
            status = decode(content, Status)
        except UnintelligibleError:
            status = Status(message=f"the API server answered {answer.status} {answer.reason}")
        # A number of seconds, as API servers give it; a date (RFC 9110) is for browsers.
        asked = answer.headers.get("Retry-After", "")
        told = status.without(self._secrets())
        return ApiError(answer.status, told, float(asked) if asked.isdecimal() else 0)

    def _secrets(self) -> tuple[str, ...]:
        with suppress(OSError):
            return self.connection.secrets()
        return ()  # and nothing was sent


def encode(value: Any) -> bytes:
    """JSON of a value or a struct."""
    return msgspec.json.encode(value)


RECORD = 32 << 10
"""Bytes read at a time. A TLS record has at most 16 KB (RFC 8446), so nothing is read in smaller pieces."""


def keep_small() -> None:
    """Give new connections a read buffer of this size.

    asyncio allocates 256 KB for each and fills it with zeros; no setting changes that.
    """
    SSLProtocol.max_size = RECORD
