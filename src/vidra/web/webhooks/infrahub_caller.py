"""Infrahub as a caller."""

from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from vidra.web.webhooks.body import artifact_event, opened, read
from vidra.web.webhooks.caller import News
from vidra.web.webhooks.headers import parse_headers
from vidra.web.webhooks.keys import Key
from vidra.web.webhooks.result import Refused, Result
from vidra.web.webhooks.signature import signers

CAP = 32 * 1024
"""Bytes of a body. An event about an artifact has less than one KiB."""


class InfrahubCaller:
    """Implements `vidra.web.webhooks.caller.Caller`."""

    path = "/webhooks/infrahub"

    async def listen(self, request: web.BaseRequest, keys: Sequence[Key], now: float) -> News:
        """Check who signed a call, and only then read it."""
        claim = parse_headers(request.headers, now)
        body = await read(request, CAP)
        signed_by = signers(claim, body, [key for key in keys if not key.repositories])
        if not signed_by:
            raise Refused(Result.FORGED, 401, "no signature matches: is the shared key the one in Vidra's Secret?")
        event = opened(body)
        bound = frozenset(key.infrahub for key in signed_by)
        return News(event.id, artifact_event(event, frozenset() if "" in bound else bound))
