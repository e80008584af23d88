"""The key that service account tokens are signed with."""

import base64
import secrets
from typing import Final

# RFC 5915: an ECPrivateKey is its version, the number, and the name of the curve (here P-256).
_BEFORE: Final = bytes.fromhex("303102010104 20".replace(" ", ""))
_AFTER: Final = bytes.fromhex("a00a06082a8648ce3d030107")
_ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def ec_private_key() -> str:
    """Make an ECDSA key on P-256, as PEM; the public half follows from it."""
    number = 1 + secrets.randbelow(_ORDER - 1)
    der = _BEFORE + number.to_bytes(32, "big") + _AFTER
    return f"-----BEGIN EC PRIVATE KEY-----\n{base64.encodebytes(der).decode()}-----END EC PRIVATE KEY-----\n"
