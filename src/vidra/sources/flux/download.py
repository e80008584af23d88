"""The archive of an object of Flux: downloaded when its digest is another one, and compared with it."""

from __future__ import annotations

import hashlib
from collections.abc import Awaitable, Callable

from yarl import URL

from vidra.api.reasons import Reason
from vidra.sources.downloaded import State
from vidra.sources.flux.objects import Artifact
from vidra.sources.limits import SourceLimits
from vidra.sources.protocol import SourceError
from vidra.sources.sandboxed import Spool
from vidra.sources.transport.messages import Request
from vidra.sources.transport.origin import Origin
from vidra.sources.transport.places import place_of
from vidra.sources.transport.refusals import READ, refused

_HASHES = frozenset({"sha256", "sha384", "sha512"})


class FluxDownload:
    """Implements `vidra.sources.downloaded.Download`.

    Args:
        origin: Gives the connections to a server; Flux' archives need no credentials.
    """

    def __init__(
        self, artifact: Artifact, what: str, origin: Callable[[str], Awaitable[Origin]], limits: SourceLimits
    ) -> None:
        self._artifact = artifact
        self._what = what
        self._origin = origin
        self._limits = limits

    async def update(self, known: State | None, spool: Spool) -> State | None:
        """Write the archive down; None, without writing, if it is the known one.

        Raises:
            SourceError: It cannot be had, or is not what the status of the object says.
        """
        wanted = self._artifact
        if known is not None and known.marker == wanted.digest:
            return None if known.revision == wanted.revision else await self._written(spool)
        return await self._written(spool)

    async def _written(self, spool: Spool) -> State:
        name, _, digest = self._artifact.digest.partition(":")
        if name not in _HASHES or not digest:
            message = (
                f"{self._what} names its archive by {name or 'no digest'}; Vidra checks {', '.join(sorted(_HASHES))}"
            )
            raise SourceError(Reason.UNSUPPORTED_CONTENT, message)
        if place_of(self._artifact.url) is None:
            raise SourceError(Reason.UNSUPPORTED_CONTENT, f"{self._what} names no http or https address of its archive")
        origin, url = await self._origin(self._artifact.url), URL(self._artifact.url)
        request = Request("GET", url, cap=self._limits.received, limit="--source-limit received=…")
        hashed = hashlib.new(name)
        async with origin.stream(request, timeout=self._limits.download) as streamed:
            if streamed.status != 200:
                raise refused(await streamed.start(READ), str(url), None)
            async for chunk in streamed.chunks():
                hashed.update(chunk)
                spool.write(chunk)
        if hashed.hexdigest() != digest:
            message = f"the archive of {self._what} has the {name} {hashed.hexdigest()}, and its status says {digest}"
            raise SourceError(Reason.CHECKSUM_MISMATCH, f"{message}; it is downloaded again at the next reconcile")
        return State(self._artifact.digest, self._artifact.revision)
