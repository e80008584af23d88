"""How a text is stored in Secrets: gzipped, cut into chunks, named by its checksum: pure."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import zlib
from typing import Any

from vidra.api.names import CHECKSUM_LABEL, RESOURCE_LABEL, STAMP, SYNC_LABEL
from vidra.api.reasons import Reason
from vidra.api.resource import Content
from vidra.apply.field_owner import hashed
from vidra.kube.types import Secret

CHUNK = 700_000
"""Bytes of gzip in one Secret: with base64 below the API server's limit of 1 MiB for a Secret."""
TYPE = "infrahub.operators.com/content"
_NAME = re.compile(r"vidra-[0-9a-f]{16}-[0-9a-z]{1,12}-\d{1,4}")


class ContentError(Exception):
    """A stored text is gone or damaged."""

    reason = Reason.CONTENT_MISSING


def chunks_of(text: bytes) -> list[bytes]:
    """The chunks that are stored for a text."""
    packed = gzip.compress(text, 6, mtime=0)
    return [packed[start : start + CHUNK] for start in range(0, len(packed), CHUNK)]


def whole(chunks: list[bytes], checksum: str) -> bytes:
    """The text of its chunks.

    Raises:
        ContentError: The chunks are not what was stored.
    """
    try:
        text = gzip.decompress(b"".join(chunks))
    except (OSError, EOFError, zlib.error):
        raise ContentError("the stored content is damaged: it cannot be unpacked") from None
    if hashlib.md5(text, usedforsecurity=False).hexdigest() != checksum:
        raise ContentError("the stored content is damaged: its checksum is wrong")
    return text


def names_of(resource: str, checksum: str, count: int) -> tuple[str, ...]:
    """Names of the Secrets of a text that is kept for a VidraResource."""
    return tuple(f"vidra-{hashed(resource)}-{checksum[:12]}-{number}" for number in range(count))


def named_well(content: Content) -> bool:
    """Whether these can be names of stored texts, and so are safe in a URL path."""
    return bool(content.secrets) and all(_NAME.fullmatch(name) for name in content.secrets)


def labels_of(sync: str, resource: str, checksum: str) -> dict[str, str]:
    """The labels that say to whom a stored text belongs."""
    return {SYNC_LABEL: hashed(sync), RESOURCE_LABEL: hashed(resource), CHECKSUM_LABEL: checksum}


def secret_of(name: str, labels: dict[str, str], stamp: str, chunk: bytes) -> dict[str, Any]:
    """One Secret of a text."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "labels": labels, "annotations": {STAMP: stamp}},
        "type": TYPE,
        "immutable": True,
        "data": {"content": base64.b64encode(chunk).decode()},
    }


def is_as_stored(found: Secret, wanted: dict[str, Any]) -> bool:
    """Whether a Secret equals the one that would be written."""
    metadata = wanted["metadata"]
    return (
        found.type == TYPE
        and found.data == wanted["data"]
        and metadata["labels"].items() <= found.metadata.labels.items()
        and found.metadata.annotations.get(STAMP) == metadata["annotations"][STAMP]
    )


def chunk_in(found: Secret, checksum: str) -> bytes:
    """The chunk of a text that a Secret holds.

    Raises:
        ContentError: It holds something else.
    """
    if found.type != TYPE or found.metadata.labels.get(CHECKSUM_LABEL) != checksum:
        raise ContentError(f"the stored content is damaged (Secret {found.metadata.name} is none of it)")
    try:
        return found.value("content")
    except ValueError:
        raise ContentError(f"the stored content is damaged (Secret {found.metadata.name})") from None
