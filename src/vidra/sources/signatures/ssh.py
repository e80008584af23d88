"""Signatures of ssh-keygen (`-Y sign`), as Git stores them: pure.

The format is PROTOCOL.sshsig of OpenSSH. The key in the signature only says which of ours to try.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Iterable
from datetime import datetime

from vidra.sources.signatures.keys import PublicKey

BEGIN, END = b"-----BEGIN SSH SIGNATURE-----", b"-----END SSH SIGNATURE-----"
_MAGIC = b"SSHSIG"
_HASHES = {b"sha256": hashlib.sha256, b"sha512": hashlib.sha512}
_CURVES = {b"ecdsa-sha2-nistp256": "SHA256", b"ecdsa-sha2-nistp384": "SHA384", b"ecdsa-sha2-nistp521": "SHA512"}
_RSA = {b"rsa-sha2-256": "SHA256", b"rsa-sha2-512": "SHA512"}
SHORTEST_RSA = 2048
_LONGEST = 16_384
"""Bytes of a signature."""


class SignatureError(Exception):
    """Something is not signed by a key that counts; why."""


def check(armored: bytes, message: bytes, keys: Iterable[PublicKey], namespace: str, now: datetime) -> PublicKey:
    """The key that signed a message.

    Args:
        namespace: What the signature has to be for: `git`.

    Raises:
        SignatureError: None of these did, as far as can be told.
    """
    fields = _Fields(_unarmored(armored))
    if fields.take(len(_MAGIC)) != _MAGIC or fields.number() != 1:
        raise SignatureError("its signature cannot be read")
    public, purpose, reserved, hashed, signature = (fields.text() for _ in range(5))
    if not fields.ended or reserved or hashed not in _HASHES:
        raise SignatureError("its signature cannot be read")
    if purpose != namespace.encode():
        raise SignatureError("its signature was made for something else")
    mine = [key for key in keys if key.ssh and key.ssh == public]
    if not mine:
        raise SignatureError("another key signed it")
    allowed = [key for key in mine if not key.namespaces or namespace in key.namespaces]
    if not allowed:
        raise SignatureError("the key that signed it may not sign this")
    key = next((key for key in allowed if key.counts(now)), None)
    if key is None:
        raise SignatureError("the time of the key that signed it is over, or has not begun")
    digest = _HASHES[hashed](message).digest()
    signed = _MAGIC + b"".join(map(_text, (purpose, reserved, hashed, digest)))
    _verify(key, _Fields(signature), signed)
    return key


def _verify(key: PublicKey, signature: _Fields, signed: bytes) -> None:
    """Check the arithmetic, with our key.

    Raises:
        SignatureError: It is wrong, or of a kind that is not supported.
    """
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm  # noqa: PLC0415 - see `keys.library`
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, utils  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_ssh_public_key  # noqa: PLC0415

    kind, value = signature.text(), signature.text()
    if not signature.ended:
        raise SignatureError("its signature cannot be read")
    try:
        public = load_ssh_public_key(key.line.encode())
        if isinstance(public, ed25519.Ed25519PublicKey) and kind == b"ssh-ed25519":
            public.verify(value, signed)
        elif isinstance(public, ec.EllipticCurvePublicKey) and key.line.startswith(kind.decode("ascii", "replace")):
            numbers = _Fields(value)
            pair = utils.encode_dss_signature(numbers.integer(), numbers.integer())
            public.verify(pair, signed, ec.ECDSA(getattr(hashes, _CURVES[kind])()))
        elif isinstance(public, rsa.RSAPublicKey) and kind in _RSA and public.key_size >= SHORTEST_RSA:
            public.verify(value, signed, padding.PKCS1v15(), getattr(hashes, _RSA[kind])())
        else:
            raise SignatureError("the kind of its signature does not count (a short key, SHA-1, or another kind)")
    except InvalidSignature:
        raise SignatureError("its signature is not of these bytes") from None
    except (ValueError, UnsupportedAlgorithm, KeyError):
        raise SignatureError("its signature, or the key for it, cannot be read") from None


class _Fields:
    """Reads what ssh writes, one field after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._place = 0

    @property
    def ended(self) -> bool:
        """Whether nothing is left."""
        return self._place == len(self._data)

    def take(self, length: int) -> bytes:
        """So many bytes.

        Raises:
            SignatureError: There are not so many.
        """
        end = self._place + length
        if end > len(self._data):
            raise SignatureError("its signature cannot be read")
        found, self._place = self._data[self._place : end], end
        return found

    def number(self) -> int:
        """An uint32."""
        return int.from_bytes(self.take(4), "big")

    def text(self) -> bytes:
        """A string."""
        return self.take(self.number())

    def integer(self) -> int:
        """An mpint."""
        return int.from_bytes(self.text(), "big", signed=True)


def _text(value: bytes) -> bytes:
    return len(value).to_bytes(4, "big") + value


def _unarmored(armored: bytes) -> bytes:
    text = armored.strip()
    if len(text) > _LONGEST or not (text.startswith(BEGIN) and text.endswith(END)):
        raise SignatureError("its signature cannot be read")
    inner = b"".join(text[len(BEGIN) : -len(END)].split())
    try:
        return base64.b64decode(inner, validate=True)
    except binascii.Error:
        raise SignatureError("its signature cannot be read") from None
