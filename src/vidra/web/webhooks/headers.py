"""The headers of a webhook request: its id, its time and its signatures (Standard Webhooks)."""

from __future__ import annotations

import base64
import binascii
import re
from typing import NoReturn

import msgspec
from multidict import CIMultiDictProxy

from vidra.web.webhooks.result import Refused, Result

WINDOW = 300
"""Seconds that a signature may be old, or lie in the future."""
MOST_SIGNATURES = 8
_ID = re.compile("[A-Za-z0-9_-]{1,128}")
"""Without a dot: where the id ends in the signed text must be beyond doubt."""
_SECONDS = re.compile("[0-9]{1,12}")


class SignatureHeaders(msgspec.Struct, frozen=True):
    """The three headers."""

    id: str
    timestamp: str
    signatures: tuple[bytes, ...]


def parse_headers(headers: CIMultiDictProxy[str], now: float) -> SignatureHeaders:
    """The claim of a call.

    Raises:
        Refused: The headers are not those of a webhook, or it was not signed just now.
    """
    id_, timestamp = _one(headers, "webhook-id", _ID), _one(headers, "webhook-timestamp", _SECONDS)
    given = _value(headers, "webhook-signature").split()
    signatures = tuple(_digest(text[3:]) for text in given if text.startswith("v1,"))
    if not signatures or len(given) > MOST_SIGNATURES:
        _malformed("webhook-signature")
    if abs(now - int(timestamp)) > WINDOW:
        message = f"webhook-timestamp is not within {WINDOW // 60} minutes of now: are both clocks right?"
        raise Refused(Result.EXPIRED, 401, message)
    return SignatureHeaders(id_, timestamp, signatures)


def _one(headers: CIMultiDictProxy[str], name: str, form: re.Pattern[str]) -> str:
    value = _value(headers, name)
    return value if form.fullmatch(value) else _malformed(name)


def _value(headers: CIMultiDictProxy[str], name: str) -> str:
    values = headers.getall(name, [])
    return values[0] if len(values) == 1 else _malformed(name)


def _digest(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        _malformed("webhook-signature")


def _malformed(name: str) -> NoReturn:
    raise Refused(Result.MALFORMED, 400, f"the header {name} is missing, there twice, or not of its form")
