"""Keeps managedFields readable when the API version of an object changes.

At every write the API server converts the object to the version of each entry. If it cannot (the CRD no longer has that
version, or its schema lacks a field that another one defaults), it refuses an apply with a 500. At any other write, by
anybody, it silently drops the entry, or all entries.

Invariant: no write of Vidra's costs anybody an entry in managedFields, whatever version the entry has. Entries that
would be lost are rewritten to the version of the request, all at once: a write that left one of them would lose the
others too.
"""

from __future__ import annotations

from collections.abc import Iterable

from vidra.apply.field_sets import merged
from vidra.apply.managed_fields_entries import Entry, noted, rewrite
from vidra.kube.client import Client
from vidra.kube.errors import ApiError, Status
from vidra.kube.operations import patch_metadata
from vidra.kube.partial_metadata import LiveObject

_UNREADABLE = ("field not declared in schema", "to an invalid group/version")
"""How an API server says that an entry's version lacks a field of the object, or does not exist any more."""


def is_unreadable(error: ApiError) -> bool:
    """Whether an apply was refused because of an entry's version."""
    return error.code == 500 and any(words in str(error) for words in _UNREADABLE)


def renewed(entries: Iterable[Entry], version: str) -> list[Entry]:
    """The entries under one API version. Updates of one manager under several versions become one entry."""
    found: dict[tuple[str, str, str], Entry] = {}
    for entry in entries:
        writer = (entry.get("manager", ""), entry.get("operation", ""), entry.get("subresource", ""))
        before = found.get(writer, {})
        fields = merged(before.get("fieldsV1") or {}, entry.get("fieldsV1") or {})
        found[writer] = {**entry, "apiVersion": version, "fieldsV1": fields}
    return list(found.values())


async def renew(client: Client, path: str, live: LiveObject, version: str) -> LiveObject:
    """Make an object safe to write, so that no entry is lost; returns the object after that.

    An entry of another version stays as long as the server can read it; a dry run finds that out. An object without
    such entries costs no request.

    Args:
        version: API version of the path.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: Refused; 409 when the object changed meanwhile.
    """
    if all(entry.api_version == version for entry in live.metadata.managed_fields):
        return live
    now = await noted(client, path)
    if (now.uid, now.resource_version) != (live.metadata.uid, live.metadata.resource_version):
        raise ApiError(409, Status("the object changed meanwhile"))
    if await _kept(client, path, live) == len(now.managed_fields):
        return live
    return await rewrite(client, path, now.uid, now.resource_version, renewed(now.managed_fields, version))


async def _kept(client: Client, path: str, live: LiveObject) -> int:
    """How many entries are left after a write that changes nothing; 0 where a dry run is not possible."""
    exact = {"uid": live.metadata.uid, "resourceVersion": live.metadata.resource_version}
    try:
        return len((await patch_metadata(client, path, exact, dry_run=True)).metadata.managed_fields)
    except ApiError as error:
        if error.code != 400:  # a webhook that does not support dry runs
            raise
        return 0
