"""Whether one of the keys signed a call."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable

from vidra.web.webhooks.canonical_json import redumped
from vidra.web.webhooks.headers import SignatureHeaders
from vidra.web.webhooks.keys import Key


def signature(key: bytes, id_: str, timestamp: str, body: bytes) -> str:
    """The value of `webhook-signature` for a body that is signed as it is."""
    digest = hmac.digest(key, _signed_text(id_, timestamp, body), hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def signers(claim: SignatureHeaders, body: bytes, keys: Iterable[Key]) -> tuple[Key, ...]:
    """The keys that match; what that takes tells nothing of how near a wrong signature was.

    The signed text is the body as it is (Standard Webhooks), or as Infrahub has it before it is sent.
    """
    texts = [_signed_text(claim.id, claim.timestamp, text) for text in dict.fromkeys((body, *redumped(body)))]
    return tuple(key for key in keys if _signed(claim, texts, key))


def _signed_text(id_: str, timestamp: str, body: bytes) -> bytes:
    return f"{id_}.{timestamp}.".encode() + body


def _signed(claim: SignatureHeaders, texts: Iterable[bytes], key: Key) -> bool:
    wanted = [hmac.digest(key.secret, text, hashlib.sha256) for text in texts]
    matches = [hmac.compare_digest(given, digest) for given in claim.signatures for digest in wanted]
    return any(matches)
