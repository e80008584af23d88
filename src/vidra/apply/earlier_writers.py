"""Takes over the fields that earlier writers hold of an object, so that its owner alone decides about it (KEP-555).

Invariant: fields of the manifest are held by nobody who wrote them with ordinary updates before Vidra. Else a field
that is removed from the manifest would stay, held by that writer. It happens in an adopted object, in one whose
managedFields were emptied (the server then notes everything as `before-first-apply`), and where somebody else added a
field first.

Taken over are the fields that the owner holds too, and the content of list items that both hold. Everything else stays
with its manager: other appliers, writers of a subresource (status, scale), and fields that the manifest never had. No
value changes. It is one write of managedFields alone, at the version that was read; a second one finds nothing to do.
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
    """Whether the entry is of ordinary updates."""
    return entry.get("operation") == "Update" and not entry.get("subresource")


def is_apply(entry: Entry, manager: str) -> bool:
    """Whether the entry is of a manager's applies."""
    return entry.get("operation") == "Apply" and entry.get("manager") == manager and not entry.get("subresource")


def fields_of(entries: Iterable[Entry], manager: str) -> Fields:
    """The fields that a manager applied."""
    return next((entry.get("fieldsV1") or {} for entry in entries if is_apply(entry, manager)), {})


def given(entries: Sequence[Entry], manager: str, fields: Fields, model: Entry) -> list[Entry]:
    """The entries, with these fields added to a manager's applied ones.

    Args:
        model: A template for the manager's entry, if it has none yet.
    """
    mine = next((entry for entry in entries if is_apply(entry, manager)), {})
    both = merged(mine.get("fieldsV1") or {}, fields)
    rest = [entry for entry in entries if entry is not mine]
    return [*rest, {**model, **mine, "manager": manager, "operation": "Apply", "fieldsV1": both}]


def disowned(entries: Iterable[Entry], fields: Fields) -> list[Entry]:
    """The entries, with these fields removed from everybody who wrote them with ordinary updates."""
    left = [
        {**entry, "fieldsV1": without(entry.get("fieldsV1") or {}, fields)} if is_update(entry) else entry
        for entry in entries
    ]
    return [entry for entry in left if entry["fieldsV1"] or not is_update(entry)]


def shared_with_earlier(meta: LiveMeta, manager: str) -> bool:
    """Whether an earlier writer also holds fields of this owner."""
    earlier = [entry for entry in meta.managed_fields if entry.operation == "Update" and not entry.subresource]
    if not earlier:
        return False
    mine = [entry for entry in meta.managed_fields if entry.operation == "Apply" and entry.manager == manager]
    return any(meet(_fields(one), _fields(other)) for one in mine if not one.subresource for other in earlier)


async def hand_over(client: Client, path: str, live: LiveObject, manager: str) -> LiveObject:
    """Make the owner's fields its own alone; returns the object after that.

    Args:
        live: The object after the owner's apply.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: Refused; 409 when the object was recreated, or changes too fast.
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
