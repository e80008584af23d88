"""Reads and writes the entries of managedFields, complete and alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from vidra.kube.client import Client
from vidra.kube.operations import patch_metadata
from vidra.kube.partial_metadata import METADATA_ONLY, LiveObject

Entry = dict[str, Any]
"""One complete entry of managedFields."""


class Noted(msgspec.Struct, frozen=True, rename="camel"):
    """The part of an object's metadata that says who holds which fields."""

    uid: str = ""
    resource_version: str = ""
    managed_fields: tuple[Entry, ...] = ()


class _Object(msgspec.Struct, frozen=True):
    metadata: Noted = Noted()


async def noted(client: Client, path: str) -> Noted:
    """Read who holds which fields of an object.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: Refused; 404 when it was deleted.
    """
    return (await client.get(path, _Object, accept=METADATA_ONLY)).metadata


async def rewrite(client: Client, path: str, uid: str, version: str, entries: Sequence[Entry]) -> LiveObject:
    """Write managedFields, and nothing else, of an object at a version.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: Refused; 409 when the object has changed.
    """
    metadata = {"uid": uid, "resourceVersion": version, "managedFields": list(entries)}
    return await patch_metadata(client, path, metadata)
