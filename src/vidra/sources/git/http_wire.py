"""Git over https: its smart protocol is a GET for the greeting and a POST for each request (gitprotocol-http)."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from yarl import URL

from vidra.api.reasons import Reason
from vidra.sources.git.advertisement import Advertisement, read_advertisement
from vidra.sources.git.pkt_line import NoPacketsError, read_all
from vidra.sources.git.remote import REFS_CAP
from vidra.sources.protocol import SourceError
from vidra.sources.transport.messages import Request
from vidra.sources.transport.origin import Origin
from vidra.sources.transport.refusals import READ, refused

_SERVICE = "git-upload-pack"
_HEADERS = {"Git-Protocol": "version=2"}
_SUFFIX = f"/info/refs?service={_SERVICE}"


class HttpConversation:
    """What follows a greeting."""

    def __init__(self, said: Advertisement, base: str, origin: Origin, url: str, timeout: float) -> None:
        self.said = said
        self._base = base
        self._origin = origin
        self._url = url
        self._timeout = timeout

    async def ask(self, request: bytes, cap: int, limit: str) -> AsyncGenerator[bytes, None]:
        """The pieces of an answer."""
        headers = {
            **_HEADERS,
            "Content-Type": f"application/x-{_SERVICE}-request",
            "Accept": f"application/x-{_SERVICE}-result",
        }
        url = URL(f"{self._base}/{_SERVICE}", encoded=True)
        sent = Request("POST", url, cap=cap, body=request, headers=headers, limit=limit)
        async with self._origin.stream(sent, timeout=self._timeout) as streamed:
            if streamed.status != 200:
                raise refused(await streamed.start(READ), self._url, self._origin.credential)
            async for chunk in streamed.chunks():
                yield chunk


class HttpWire:
    """A repository behind a URL.

    Args:
        url: As a person wrote it.
        timeout: Seconds for one download.
    """

    def __init__(self, url: str, origin: Origin, timeout: float) -> None:
        self._url = url
        self._origin = origin
        self._timeout = timeout
        self._greeted: HttpConversation | None = None

    @asynccontextmanager
    async def talk(self, *, fresh: bool) -> AsyncIterator[HttpConversation]:
        """The conversation that the last greeting began, as long as it leads to answers: it need not be repeated."""
        held = self._greeted
        if held is None or (fresh and held.said.version != 2):
            held = self._greeted = await self._greet()
        try:
            yield held
        except SourceError:
            self._greeted = None
            raise

    async def retire(self) -> None:
        """Close every connection once no request is under way."""
        await self._origin.retire()

    async def close(self) -> None:
        """Close every connection."""
        await self._origin.close()

    async def _greet(self) -> HttpConversation:
        url = URL(f"{self._origin.base}{_SUFFIX}", encoded=True)
        answer = await self._origin.send(Request("GET", url, cap=REFS_CAP, headers=_HEADERS))
        if answer.status != 200:
            absent = f"there is no repository at {self._url}"
            raise refused(answer, self._url, self._origin.credential, absent=absent)
        if answer.content_type != f"application/x-{_SERVICE}-advertisement":
            message = f"{self._url} is no repository: what answers there does not speak Git's smart protocol"
            raise SourceError(Reason.SOURCE_NOT_FOUND, message)
        try:
            said = read_advertisement(read_all(answer.body))
        except NoPacketsError as error:
            raise SourceError(Reason.SOURCE_ERROR, f"{self._url} does not answer as Git does: {error}") from None
        base = str(answer.url or url).removesuffix(_SUFFIX)
        return HttpConversation(said, base, self._origin, self._url, self._timeout)
