"""Whether one of the keys signed a call."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable

from vidra.web.webhooks.claim import Claim
from vidra.web.webhooks.keys import Key
from vidra.web.webhooks.respace import respaced


def signers(claim: Claim, body: bytes, keys: Iterable[Key]) -> tuple[Key, ...]:
    """The keys that match; what that takes tells nothing of how near a wrong signature was.

    The signed text is the body as it is (Standard Webhooks), or as Infrahub 1.4 has it before it is sent.
    """
    before = f"{claim.id}.{claim.timestamp}.".encode()
    texts = [before + text for text in (body, respaced(body)) if text is not None]
    return tuple(key for key in keys if _signed(claim, texts, key))


def _signed(claim: Claim, texts: Iterable[bytes], key: Key) -> bool:
    wanted = [hmac.digest(key.secret, text, hashlib.sha256) for text in texts]
    matches = [hmac.compare_digest(given, digest) for given in claim.signatures for digest in wanted]
    return any(matches)
