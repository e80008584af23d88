"""Repairs what server-side apply itself cannot: refusals for fields that are not in the manifest at all.

an entry of an old version     500: all get the version of the apply (`managed_fields_renewal.py`)
a map that becomes empty       the server turns it into null: its fields are removed first
a field that no manifest has   it is put into the owner's entry, so that the apply removes it (`blocking_fields.py`)

Invariant: each write carries the version that the decision was made for. It changes managedFields alone, or removes
what the manifest says is absent; fields of other appliers stay theirs. A second repair finds nothing to do, so a
refusal that lasts costs no write.
"""

from __future__ import annotations

from typing import Any

from vidra.apply.blocking_fields import Place, emptied, leftovers, unexplained
from vidra.apply.desired.object import DesiredObject
from vidra.apply.earlier_writers import disowned, fields_of, given, is_apply, is_update
from vidra.apply.field_sets import Fields, merged
from vidra.apply.guards.immutable import immutable
from vidra.apply.managed_fields_entries import Entry, rewrite
from vidra.apply.managed_fields_renewal import is_unreadable, renewed
from vidra.kube.client import Client
from vidra.kube.errors import ApiError, Status
from vidra.kube.operations import json_patch

Json = dict[str, Any]


def may_help(error: ApiError) -> bool:
    """Whether a refusal is one that can be repaired."""
    if is_unreadable(error):
        return True
    return error.code == 422 and bool(error.causes) and not error.conflict and not immutable(error)


async def repair(client: Client, item: DesiredObject, uid: str, version: str, *, error: ApiError, manager: str) -> str:
    """Repair what blocks an apply.

    Args:
        version: The only one at which the object may be written; empty: the newest.
        error: The refusal; `may_help` says whether to try.

    Returns:
        The version of the object to apply at now; empty when there is nothing to repair. Fields that the refusal
        names and no manifest has are then noted on the error.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: Refused; 409 when the object has changed.
    """
    if client.rehearses:
        return ""
    live = await client.get(item.path, Json)
    meta = live["metadata"]
    if meta["uid"] != uid or (version and meta["resourceVersion"] != version):
        raise ApiError(409, Status(f"{item.ref} has changed"))
    entries: list[Entry] = meta.get("managedFields") or []
    if error.code == 500:
        new = renewed(entries, item.ref.api_version)
    else:
        if pointers := list(emptied(error.causes, live, item.body)):
            return await _take_out(client, item.path, meta["resourceVersion"], pointers)
        new = _claimed(entries, leftovers(error.causes, _place(live, item.body, entries, manager)), manager)
        for note in unexplained(error.causes, item.body, entries):
            error.add_note(note)
    if new == entries:
        return ""
    return (await rewrite(client, item.path, uid, meta["resourceVersion"], new)).metadata.resource_version


async def _take_out(client: Client, path: str, version: str, pointers: list[str]) -> str:
    patch: list[Json] = [{"op": "replace", "path": "/metadata/resourceVersion", "value": version}]
    patch += [{"op": "remove", "path": pointer} for pointer in pointers]
    return (await json_patch(client, path, patch)).metadata.resource_version


def _claimed(entries: list[Entry], fields: Fields, manager: str) -> list[Entry]:
    """The entries, with these fields in this owner's, and removed from all that wrote them with ordinary updates."""
    mine = fields_of(entries, manager)
    if not fields or merged(mine, fields) == mine:
        return entries
    model = {"apiVersion": entries[0].get("apiVersion"), "fieldsType": "FieldsV1"}
    return given(disowned(entries, fields), manager, fields, model)


def _place(live: Json, body: Json, entries: list[Entry], manager: str) -> Place:
    known: Fields = {}
    kept: Fields = {}
    for entry in entries:
        fields = entry.get("fieldsV1") or {}
        known = merged(known, fields)
        if not is_update(entry) and not is_apply(entry, manager):
            kept = merged(kept, fields)
    return Place(live, body, known, kept or None)
