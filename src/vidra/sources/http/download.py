"""A file behind a URL, asked for again only if it changed."""

from __future__ import annotations

import hashlib

from yarl import URL

from vidra.api.reasons import Reason
from vidra.api.sources import HttpSource
from vidra.sources.downloaded import State
from vidra.sources.limits import SourceLimits
from vidra.sources.protocol import SourceError
from vidra.sources.sandboxed import Spool
from vidra.sources.transport.messages import Answer, Request
from vidra.sources.transport.origin import Origin
from vidra.sources.transport.refusals import READ, refused
from vidra.sources.transport.streamed import Streamed


class HttpDownload:
    """The file of one spec."""

    def __init__(self, spec: HttpSource, origin: Origin, limits: SourceLimits) -> None:
        self._spec = spec
        self._origin = origin
        self._limits = limits

    async def update(self, known: State | None, spool: Spool) -> State | None:
        """Write the file down; None, without writing, if it is the known one.

        Raises:
            SourceError: It cannot be had, or is not the one that `sha256` names.
        """
        if known is not None and known.marker == self._spec.sha256:
            return None
        request = Request(
            "GET",
            URL(self._spec.url),
            cap=self._limits.received,
            headers=_conditions(known),
            limit="--source-limit received=…",
        )
        async with self._origin.stream(request, elsewhere=True, timeout=self._limits.download) as streamed:
            if streamed.status == 304 and known is not None:
                return None
            if streamed.status != 200:
                raise refused(await streamed.start(READ), _shown(self._spec.url), self._origin.credential)
            state = await self._written(streamed, spool)
        return None if known is not None and known.marker == state.marker else state

    async def _written(self, streamed: Streamed, spool: Spool) -> State:
        head, digest = streamed.answer(), hashlib.sha256()
        if head.content_type == "text/html":
            message = f"{_shown(self._spec.url)} answers with a web page; name the address of the file itself"
            raise SourceError(Reason.UNSUPPORTED_CONTENT, message)
        async for chunk in streamed.chunks():
            digest.update(chunk)
            spool.write(chunk)
        found = digest.hexdigest()
        if self._spec.sha256 not in {None, found}:
            message = f"{_shown(self._spec.url)} has the SHA-256 {found}, and the sync wants {self._spec.sha256}"
            raise SourceError(Reason.CHECKSUM_MISMATCH, f"{message}; correct `sha256` if the new file is the right one")
        return State(found, f"sha256:{found}", _validators(head))


def _conditions(known: State | None) -> dict[str, str]:
    etag, modified = known.validators if known else ("", "")
    if etag:
        return {"If-None-Match": etag}
    return {"If-Modified-Since": modified} if modified else {}


def _validators(head: Answer) -> tuple[str, str]:
    return head.headers.get("etag", ""), head.headers.get("last-modified", "")


def _shown(url: str) -> str:
    """A URL without its query, which may hold a signature."""
    return url.partition("?")[0]
