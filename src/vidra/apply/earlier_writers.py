"""Hands over what earlier writers hold of an object, so that its owner alone decides about it (KEP-555).

Invariant: what an owner's manifest has is held by nobody who wrote it before Vidra, with ordinary updates. Else a
field that leaves the manifest would stay, held by that writer: in an adopted object, in one whose managedFields
somebody emptied (the server then notes all there is as `before-first-apply`), and where somebody was first to add it.

Taken are the fields that the owner holds too, and what is in a list's item that both have. Everything else stays with
who has it: other appliers, writers of a subresource (status, scale), and fields that the manifest never had. No value
changes. The one write is to managedFields alone, at the version that it was decided on; a second one finds nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidra.apply.field_sets import Fields, meet, merged, without
from vidra.apply.managed_fields_entries import Entry, noted, rewrite
from vidra.kube.client import Client
from vidra.kube.decode import decode
from vidra.kube.errors import ApiError, Status
from vidra.kube.partial_metadata import LiveMeta, LiveObject, ManagedFieldsEntry

ATTEMPTS = 4


def is_update(entry: Entry) -> bool:
    """Whether it tells what somebody wrote with ordinary updates."""
    return entry.get("operation") == "Update" and not entry.get("subresource")


def is_apply(entry: Entry, manager: str) -> bool:
    """Whether it tells what a manager applied."""
    return entry.get("operation") == "Apply" and entry.get("manager") == manager and not entry.get("subresource")


def fields_of(entries: Iterable[Entry], manager: str) -> Fields:
    """What a manager applied."""
    return next((entry.get("fieldsV1") or {} for entry in entries if is_apply(entry, manager)), {})


def given(entries: Sequence[Entry], manager: str, fields: Fields, model: Entry) -> list[Entry]:
    """The entries, with these fields added to what a manager applied.

    Args:
        model: What the manager's entry is like in all else, if there is none yet.
    """
    mine = next((entry for entry in entries if is_apply(entry, manager)), {})
    both = merged(mine.get("fieldsV1") or {}, fields)
    rest = [entry for entry in entries if entry is not mine]
    return [*rest, {**model, **mine, "manager": manager, "operation": "Apply", "fieldsV1": both}]


def disowned(entries: Iterable[Entry], fields: Fields) -> list[Entry]:
    """The entries, with these fields taken from everybody who wrote them with ordinary updates."""
    left = [
        {**entry, "fieldsV1": without(entry.get("fieldsV1") or {}, fields)} if is_update(entry) else entry
        for entry in entries
    ]
    return [entry for entry in left if entry["fieldsV1"] or not is_update(entry)]


def shared_with_earlier(meta: LiveMeta, manager: str) -> bool:
    """Whether an earlier writer holds fields of this owner's too."""
    earlier = [entry for entry in meta.managed_fields if entry.operation == "Update" and not entry.subresource]
    if not earlier:
        return False
    mine = [entry for entry in meta.managed_fields if entry.operation == "Apply" and entry.manager == manager]
    return any(meet(_fields(one), _fields(other)) for one in mine if not one.subresource for other in earlier)


async def hand_over(client: Client, path: str, live: LiveObject, manager: str) -> LiveObject:
    """Make what an owner holds its own; the object as it is then.

    Args:
        live: The object as the owner's apply left it.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: Refused; 409 when the object is another one by now, or changes too fast.
    """
    if client.rehearses or not shared_with_earlier(live.metadata, manager):
        return live
    for _ in range(ATTEMPTS):
        now = await noted(client, path)
        if now.uid != live.metadata.uid:
            break
        entries = disowned(now.managed_fields, fields_of(now.managed_fields, manager))
        try:
            return await rewrite(client, path, now.uid, now.resource_version, entries)
        except ApiError as error:
            if error.code != 409:
                raise
    raise ApiError(409, Status("the object changes too fast: tried again later"))


def _fields(entry: ManagedFieldsEntry) -> Fields:
    return decode(entry.fields, dict) if entry.fields else {}
