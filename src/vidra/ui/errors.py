"""How requests fail: a status and one sentence, the same for what is forbidden and what is not there."""

from __future__ import annotations

import msgspec
import structlog
from aiohttp import web

from vidra.kube.errors import ApiError
from vidra.ui.identity import NotIdentifiedError
from vidra.views.error_sentences import sentence
from vidra.views.errors import BadNameError, ViewError

log = structlog.get_logger("vidra.ui")


_PASSED_ON = frozenset({401, 403, 404, 409, 422, 429})
"""Answers of an API server that are about the request; others are a fault of the server."""


class RefusedError(Exception):
    """A request is refused; the message says why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


def failed(error: Exception) -> web.Response:
    """The answer to a request that failed with an error; a fault of Vidra is logged, and shown without its text."""
    if isinstance(error, ApiError):
        return answer({"error": sentence(error)}, error.code if error.code in _PASSED_ON else 502)
    for kind, status in _STATUSES:
        if isinstance(error, kind):
            return answer({"error": str(error)}, error.status if isinstance(error, RefusedError) else status)
    if (message := sentence(error)) is not None:
        return answer({"error": message}, 502)
    log.error("a request of the page failed", exc_info=error)
    return answer({"error": "a fault of Vidra: the log of the page's server has it"}, 500)


def answer(value: object, status: int = 200) -> web.Response:
    """A value as JSON."""
    return web.Response(body=msgspec.json.encode(value), status=status, content_type="application/json")


_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (RefusedError, 0),
    (NotIdentifiedError, 401),
    (BadNameError, 400),
    (ViewError, 422),
)
