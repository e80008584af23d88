"""The shapes of Infrahub's answers, to the byte: compact JSON, its errors, its headers."""

from __future__ import annotations

import json
import time
import uuid
from email.utils import formatdate

from aiohttp import web

HTML = '<!doctype html><html lang=en><head><title>Infrahub</title></head><body><div id="root"></div></body></html>'


class RefusedError(Exception):
    """Ends a request with one of Infrahub's errors."""

    def __init__(self, code: int, message: object) -> None:
        super().__init__(str(message))
        self.code = code
        self.message = message


class CrashedError(Exception):
    """Ends a request as a fault of Infrahub's own does: 500, in plain text."""


def as_json(value: object, status: int = 200) -> web.Response:
    """An answer in JSON."""
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
    return web.Response(status=status, body=body, content_type="application/json")


def refusal(error: RefusedError) -> web.Response:
    """An error that Infrahub raises itself."""
    entry = {"message": error.message, "extensions": {"code": error.code}}
    return as_json({"data": None, "errors": [entry]}, error.code)


def invalid(kind: str, place: list[str | int], message: str, given: object, **more: object) -> web.Response:
    """A request that does not have the form it should have."""
    return as_json({"detail": [{"type": kind, "loc": place, "msg": message, "input": given, **more}]}, 422)


def crash() -> web.Response:
    """A fault of Infrahub's own."""
    return web.Response(status=500, text="Internal Server Error", content_type="text/plain", charset="utf-8")


def page() -> web.Response:
    """The web pages, which answer every path that is not of the API."""
    return web.Response(text=HTML, content_type="text/html", charset="utf-8")


async def dress(_request: web.Request, response: web.StreamResponse) -> None:
    """The headers of every answer."""
    response.headers["Server"] = "uvicorn"
    response.headers["Date"] = formatdate(usegmt=True)
    if response.headers.pop("X-No-Type", None):
        response.headers.popall("Content-Type", None)


def stamp(response: web.StreamResponse, began: float) -> None:
    """The headers of what Infrahub answered on purpose."""
    if not (response.prepared or (response.status == 500 and response.content_type == "text/plain")):
        response.headers["X-Process-Time"] = str(time.time() - began)
        response.headers["X-Request-Id"] = uuid.uuid4().hex
