"""Digests of what was sent, and seals of statuses, which only those can make who have the key of this installation.

Invariant: no digest of an object in a status confirms a guess of what is in the object. More people read a status than
may read Secrets, and a plain digest of an object with a short value lets them try out every value there is.

A digest has two parts: which key it was made with, and the text under that key. Earlier versions wrote a plain digest
of 48 bits. One that stands in a status is put under the key as it is (`Digests.sealed`), which takes no text: so an
upgrade applies nothing again. A digest of another key, because the key was lost, says nothing of the text
(`recognized_texts.py`).

A seal has the same two parts. It is over a whole status, with the UID of the VidraResource
(`controllers/runtime/sealed_statuses.py`).
"""

from __future__ import annotations

import hashlib
import secrets

KEY_LENGTH = 32
"""Bytes of a key."""
_ID, _TEXT, _FORMER = 6, 20, 12
"""Hex characters of the two parts of a digest, and of a plain one."""
LENGTH = _ID + _TEXT
"""Hex characters of a digest."""


class Digests:
    """Makes digests with one key, which nothing shows.

    Args:
        key: Random bytes.
    """

    def __init__(self, key: bytes) -> None:
        assert len(key) >= KEY_LENGTH, "a digest without a key is a plain one"
        self._key = key
        self._id = self._keyed(b"", _ID, b"id")

    @classmethod
    def unkept(cls) -> Digests:
        """With a key of its own: no other process recognizes these digests, nor these any other's."""
        return cls(cls.new_key())

    @staticmethod
    def new_key() -> bytes:
        """A random key."""
        return secrets.token_bytes(KEY_LENGTH)

    def of(self, text: bytes) -> str:
        """The digest of a text."""
        return self._id + self._keyed(text, _TEXT, b"text")

    def seal(self, owner: str, status: bytes) -> str:
        """The seal of what an owner's status says.

        Args:
            owner: UID of the VidraResource: what one says proves nothing for another.
        """
        return self._id + self._keyed(owner.encode() + b"\0" + status, _TEXT, b"status")

    def sealed(self, former: str, owner: str) -> str:
        """The digest that takes the place of a plain one in the status of an owner."""
        return self._id + self._keyed(f"{owner}\0{former}".encode(), _TEXT, b"former")

    def formers(self, text: bytes, owner: str) -> tuple[str, str]:
        """The other digests of a text that may stand in the inventory of an owner: a plain one, and that one sealed."""
        plain = hashlib.blake2b(text, digest_size=_FORMER // 2).hexdigest()
        return plain, self.sealed(plain, owner)

    def _keyed(self, text: bytes, length: int, use: bytes) -> str:
        return hashlib.blake2b(text, digest_size=length // 2, key=self._key, person=use).hexdigest()


def is_plain(digest: str) -> bool:
    """Whether anybody who knows the text can compute this digest."""
    return len(digest) == _FORMER


def is_of_other_key(digest: str, mine: str) -> bool:
    """Whether a digest was made with another key than this one, so that they cannot be compared."""
    return len(digest) == LENGTH and digest[:_ID] != mine[:_ID]
