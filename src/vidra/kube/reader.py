"""Reads from an API server for a person who waits: one request after the other, without an event loop.

An event loop, or any HTTP client of a library, takes longer to import than such a command may take at all
(docs/design/2026-11-29-a-quick-command-line.md). Called by `cli/quick_session.py`; everything that writes, watches or
talks to more than one server uses `client.py`. Errors are the same.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TypeVar
from urllib.parse import urlencode, urlsplit

from vidra import __version__
from vidra.kube.connection import Connection
from vidra.kube.decode import decode
from vidra.kube.errors import TOLD, ApiError, Status, UnintelligibleError, UnreachableError, why
from vidra.kube.plain_http import Answer, PlainHttp

T = TypeVar("T")

JSON = "application/json"
TIMEOUT = 10.0
"""Seconds to connect, and without a byte of the answer."""
ATTEMPTS = 3
LONGEST_PAUSE = 10.0
"""Seconds. A server that is busy for longer is a message for the person."""


class Reader:
    """One API server under one identity, over one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self._place = urlsplit(connection.server)
        context = connection.ssl_context() if self._place.scheme == "https" else None
        self._http = PlainHttp(self._place, context, connection.tls_server_name or self._place.hostname or "", TIMEOUT)

    def get(self, path: str, kind: type[T], *, accept: str = JSON, query: Mapping[str, str] | None = None) -> T:
        """Read one resource or list, decoded.

        Raises:
            UnreachableError: No answer, or one that is not from an API server.
            ApiError: It cannot be read.
        """
        target = f"{path}?{urlencode(query)}" if query else path
        for attempt in range(1, ATTEMPTS + 1):
            try:
                return decode(self._once(target, accept), kind)
            except UnintelligibleError as error:
                raise UnreachableError(f"{error} ({self.connection.server}{path})") from None
            except ApiError as error:
                if error.code != 429 or attempt == ATTEMPTS or error.retry_after > LONGEST_PAUSE:
                    raise
                time.sleep(error.retry_after)
        raise AssertionError("the last attempt returns or raises")

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def _once(self, target: str, accept: str) -> bytes:
        """The body of an answer that is 2xx."""
        headers = {"Accept": accept, "User-Agent": f"vidra/{__version__}"}
        try:
            if proof := self.connection.authorization():
                headers["Authorization"] = proof
            answer = self._http.get(f"{self._place.path}{target}", headers)
        except OSError as error:
            self.close()
            from vidra.api.redaction import hidden  # noqa: PLC0415 - only who gets no answer waits for it

            told = hidden(why(error), self._secrets(), TOLD)
            raise UnreachableError(f"cannot reach the API server {self.connection.server}: {told}") from None
        if 200 <= answer.status < 300:
            return answer.body
        asked = answer.headers.get("retry-after", "")
        raise ApiError(answer.status, self._status(answer), float(asked) if asked.isdecimal() else 0)

    def _status(self, answer: Answer) -> Status:
        try:
            status = decode(answer.body, Status)
        except UnintelligibleError:
            status = Status(message=f"the API server answered {answer.status} {answer.reason}")
        return status.without(self._secrets())

    def _secrets(self) -> tuple[str, ...]:
        try:
            return self.connection.secrets()
        except OSError:
            return ()  # and nothing was sent
