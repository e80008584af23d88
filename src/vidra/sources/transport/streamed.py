"""An answer whose body is read piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import aiohttp

from vidra.api.reasons import Reason
from vidra.sources.transport.failures import CAUGHT, Failure
from vidra.sources.transport.messages import Answer, Request
from vidra.sources.transport.places import shown
from vidra.sources.transport.retry import read_retry_after

_CHUNK = 64 * 1024


class Streamed:
    """An answer whose body has not been read."""

    def __init__(
        self,
        response: aiohttp.ClientResponse,
        request: Request,
        failed: Callable[[Exception, Request], Failure],
    ) -> None:
        self._response = response
        self._request = request
        self._failed = failed

    @property
    def status(self) -> int:
        """The HTTP status."""
        return self._response.status

    def answer(self, body: bytes = b"") -> Answer:
        """What was answered, with what was read of it."""
        headers = self._response.headers
        return Answer(
            self._response.status,
            self._response.content_type,
            body,
            url=self._request.url,
            location=headers.get("Location", ""),
            retry_after=read_retry_after(headers.get("Retry-After", "")),
            secrets=self._request.secrets,
            headers={name.lower(): value for name, value in headers.items()},
        )

    def compressed(self) -> Failure | None:
        """What is wrong when the body comes compressed though nobody asked for that."""
        coding = self._response.headers.get("Content-Encoding", "identity")
        if coding.lower() == "identity":
            return None
        message = f"{shown(self._request.url)} answers with a compressed body that was not asked for"
        return Failure(Reason.SOURCE_ERROR, message, passing=False)

    async def start(self, most: int) -> Answer:
        """What was answered with the first bytes of its body, for a message."""
        try:
            return self.answer(await self._response.content.read(most))
        except CAUGHT:
            return self.answer()

    async def chunks(self) -> AsyncIterator[bytes]:
        """The body, up to the request's cap.

        Raises:
            SourceError: It is larger, breaks off, or comes compressed.
        """
        if refused := self.compressed():
            raise refused.error()
        if (self._response.content_length or 0) > self._request.cap:
            raise too_large(self._request).error()
        seen = 0
        while chunk := await self._next():
            seen += len(chunk)
            if seen > self._request.cap:
                raise too_large(self._request).error()
            yield chunk

    async def _next(self) -> bytes:
        try:
            return await self._response.content.read(_CHUNK)
        except CAUGHT as error:
            failure = self._failed(error, self._request)
        raise failure.error()


def too_large(request: Request) -> Failure:
    """What is wrong with an answer over the cap."""
    what = request.url.with_query(None)
    message = f"the answer of {what} is over {request.cap} bytes; split it up, or raise {request.limit or 'the limit'}"
    return Failure(Reason.TOO_LARGE, message, passing=False)
