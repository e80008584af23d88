"""Signatures of cosign with a key, over the digest of an artifact: pure.

What is signed is a small JSON text that names the digest (`simplesigning`). Only the digest in it counts: where the
artifact is, or is called, it may say as it likes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from vidra.api.typed_json import UnreadableError, decode
from vidra.sources.signatures.keys import PublicKey
from vidra.sources.signatures.ssh import SHORTEST_RSA, SignatureError

_TYPE = "cosign container image signature"


class Claim(msgspec.Struct, frozen=True):
    """A text that says which artifact it is about, and the signature of it."""

    text: bytes
    signature: bytes


class _Image(msgspec.Struct, rename="kebab"):
    docker_manifest_digest: str = ""


class _Critical(msgspec.Struct):
    image: _Image = msgspec.field(default_factory=_Image)
    type: str = ""


class _Text(msgspec.Struct):
    critical: _Critical = msgspec.field(default_factory=_Critical)


def check(claims: Iterable[Claim], digest: str, keys: Iterable[PublicKey], now: datetime) -> PublicKey:
    """The key that signed an artifact.

    Args:
        claims: The signatures that were found with it.
        digest: Of its manifest.

    Raises:
        SignatureError: None did.
    """
    found = list(claims)
    if not found:
        raise SignatureError("it has no signature of cosign")
    about = [claim for claim in found if _digest_of(claim.text) == digest]
    if not about:
        raise SignatureError("its signatures are of other artifacts")
    for key in keys:
        if key.pem and key.counts(now) and any(_is_signed(key, claim) for claim in about):
            return key
    raise SignatureError("no key that counts signed it")


def _digest_of(text: bytes) -> str:
    """The digest that a text names; empty when it names none."""
    try:
        found = decode(text, _Text).critical
    except UnreadableError:
        return ""
    return found.image.docker_manifest_digest if found.type == _TYPE else ""


def _is_signed(key: PublicKey, claim: Claim) -> bool:
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - see `keys.library`
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        return _verify(load_pem_public_key(key.pem), claim)
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False


def _verify(public: Any, claim: Claim) -> bool:
    """Whether a key made the signature of a claim.

    Raises:
        InvalidSignature: It did not.
    """
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415 - see `keys.library`
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa  # noqa: PLC0415

    if isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(claim.signature, claim.text, ec.ECDSA(hashes.SHA256()))
    elif isinstance(public, ed25519.Ed25519PublicKey):
        public.verify(claim.signature, claim.text)
    elif isinstance(public, rsa.RSAPublicKey) and public.key_size >= SHORTEST_RSA:
        public.verify(claim.signature, claim.text, padding.PKCS1v15(), hashes.SHA256())
    else:
        return False
    return True
