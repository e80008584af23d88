"""The checksum of the text that a VidraResource is to apply."""

from __future__ import annotations

import hashlib

from vidra.api.resource import VidraResource


def checksum_of(resource: VidraResource) -> str:
    """The MD5 of the VidraResource's manifest."""
    content = resource.spec.content
    if content is not None:
        return content.checksum
    return hashlib.md5((resource.spec.manifest or "").encode(), usedforsecurity=False).hexdigest()
