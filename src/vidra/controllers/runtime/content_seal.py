"""Seals a VidraResource to the stored text it was given: pure.

Invariant: a stored text goes only where the sync that stored it sent it.

Who may write VidraResources can write anything into one: owner references, labels, names of Secrets. None of that shows
who created it. So a random stamp is stored with every text, readable only for those who may read the text itself. A
sync seals what it writes with the stamp: the VidraResource's name, the text and the destination together. A seal that
is copied elsewhere, or used with another destination, is invalid. To check one costs no request.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets

import msgspec

from vidra.api.resource import Content
from vidra.api.sync import Destination

LENGTH = 32
"""Hex characters of a seal, and of a stamp."""


def new_stamp() -> str:
    """A random value that nobody can guess."""
    return secrets.token_hex(LENGTH // 2)


def sealed(stamp: str, name: str, content: Content, destination: Destination) -> Content:
    """The reference to a text, with the seal of one VidraResource at one destination.

    Args:
        stamp: Of the text.
        name: Of the VidraResource.
    """
    return msgspec.structs.replace(content, seal=_seal(stamp, name, content, destination))


def is_sealed(stamp: str, name: str, content: Content, destination: Destination) -> bool:
    """Whether a sync gave this text to this VidraResource, for this destination."""
    right = _seal(stamp, name, content, destination)
    return bool(stamp) and hmac.compare_digest(right.encode(), content.seal.encode())


def _seal(stamp: str, name: str, content: Content, destination: Destination) -> str:
    place = (destination.server, destination.context, destination.namespace)
    said = msgspec.json.encode((name, place, msgspec.structs.replace(content, seal="")))
    return hmac.new(stamp.encode(), said, hashlib.sha256).hexdigest()[:LENGTH]
