"""JSON Web Tokens as Infrahub signs them: HS256, with the moment of their end in whole seconds."""

from __future__ import annotations

import base64
import hashlib
import hmac
import time

import msgspec

_HEADER = {"alg": "HS256", "typ": "JWT"}


class Claims(msgspec.Struct, frozen=True):
    """What a token says."""

    sub: str
    iat: int
    nbf: int
    exp: int
    fresh: bool
    type: str
    session_id: str


def issue(account: str, session: str, kind: str, lifetime: int, key: bytes) -> str:
    """A new token."""
    now = int(time.time())
    claims = Claims(account, now, now, now + lifetime, False, kind, session)
    text = f"{_part(_HEADER)}.{_part(claims)}"
    return f"{text}.{_sign(text, key)}"


def read(token: str, key: bytes) -> Claims | None:
    """What a token says, whether or not it has ended; None if it was not signed with this key."""
    text, _, signature = token.rpartition(".")
    if not text or not hmac.compare_digest(signature.encode(), _sign(text, key).encode()):
        return None
    body = text.split(".")[1]
    return msgspec.json.decode(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)), type=Claims)


def _part(value: object) -> str:
    return _encode(msgspec.json.encode(value))


def _sign(text: str, key: bytes) -> str:
    return _encode(hmac.new(key, text.encode(), hashlib.sha256).digest())


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
