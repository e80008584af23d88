"""How long an access token lasts, as the token itself tells; its signature is the server's business."""

from __future__ import annotations

import base64
import binascii
import time

import msgspec

from vidra.manifests.foreign import UnreadableError, decode


class _Claims(msgspec.Struct):
    exp: float
    iat: float | None = None


def lifetime(token: str) -> float | None:
    """Seconds from now until the token ends; None when it does not say.

    With the moment of issue in it, the length does not depend on the clocks of both sides agreeing.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = decode(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)), _Claims)
    except (binascii.Error, ValueError, UnreadableError):
        return None
    return claims.exp - (time.time() if claims.iat is None else claims.iat)
