"""Codes that open a page once, and the sessions that they become: for a page on a person's own machine.

A cookie would not do: all ports of 127.0.0.1 share cookies, so every other local server would get it. The code is in
the fragment of an address, which no browser sends or logs; the page trades it for a session, which it sends itself.

Invariant: a code works once. When somebody uses it again, the session that it became ends: one of the two is a thief.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from collections.abc import Callable

CODE_SECONDS = 3600.0
"""How long a code waits to be used."""
MOST_CODES = 64


class OneTimeCodes:
    """The codes and sessions of one process; they end with it.

    Args:
        on_reuse: Called when a code was used again.
    """

    def __init__(self, *, clock: Callable[[], float] = time.monotonic, on_reuse: Callable[[], None] = lambda: None):
        self._clock = clock
        self._on_reuse = on_reuse
        self._open: dict[str, float] = {}
        """Until when a code may be used, by digest."""
        self._used: dict[str, str] = {}
        """Digests of sessions by those of the codes that became them."""
        self._sessions: set[str] = set()

    def new(self) -> str:
        """A code of 256 bits."""
        code = secrets.token_urlsafe(32)
        self._open[_digest(code)] = self._clock() + CODE_SECONDS
        while len(self._open) > MOST_CODES:
            del self._open[next(iter(self._open))]
        return code

    def session(self, code: str) -> str | None:
        """The session that a code becomes; None when it is not valid, or not any more."""
        digest = _digest(code)
        if digest in self._used:
            self._sessions.discard(self._used[digest])
            self._on_reuse()
            return None
        if self._open.pop(digest, 0.0) < self._clock():
            return None
        session = secrets.token_urlsafe(32)
        self._used[digest] = _digest(session)
        self._sessions.add(_digest(session))
        return session

    def valid(self, session: str) -> bool:
        """Whether this is a session. Digests are compared, so that time tells nothing about the secret."""
        return _digest(session) in self._sessions


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
