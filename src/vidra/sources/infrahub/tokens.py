"""What a log-in gave."""

from __future__ import annotations

import math

from vidra.sources.infrahub.jwt import lifetime

_MARGIN = 60.0
"""Seconds before its end at which a token is no longer used, or a tenth of its life if that is shorter."""


class Tokens:
    """An access token with its end on the event loop's clock, and how to get the next one. It has no telling repr."""

    def __init__(self, access: str, refresh: str, *, now: float, by_login: bool) -> None:
        self.access = access
        self.refresh = refresh
        self.by_login = by_login
        length = lifetime(access)
        self._end = math.inf if length is None else now + length - min(_MARGIN, length / 10)

    def last(self, now: float) -> bool:
        """Whether the access token is good for a request now."""
        return now < self._end
