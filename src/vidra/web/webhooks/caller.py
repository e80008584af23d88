"""Who calls: what each kind of caller sends to its path, and how it signs it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from aiohttp import web

from vidra.controllers.sync.webhooks.event import SourceEvent
from vidra.web.webhooks.keys import Key


class News(NamedTuple):
    """A call that is believed."""

    id: str
    event: SourceEvent | None
    """None: an event of another kind."""


class Caller(Protocol):
    """One kind of caller."""

    path: str

    async def listen(self, request: web.BaseRequest, keys: Sequence[Key], now: float) -> News:
        """Check who signed a call, and only then read it.

        Args:
            now: Seconds since 1970.

        Raises:
            Refused: It is not signed with one of the keys, or no call of this kind.
        """
        ...
