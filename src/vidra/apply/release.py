"""Releases an object as it is: an owner's marks are removed, every field keeps its value."""

from __future__ import annotations

from typing import Any

import msgspec

from vidra.api.names import FORMER_LABEL, FORMER_VALUE, MANAGED_LABEL, MANAGED_VALUE, MANAGER_PREFIX
from vidra.apply.field_owner import Owner
from vidra.apply.managed_fields_renewal import renew
from vidra.kube.client import Client, encode
from vidra.kube.decode import decode
from vidra.kube.operations import apply, json_patch, look
from vidra.kube.partial_metadata import LiveMeta, LiveObject, ManagedFieldsEntry
from vidra.manifests import Ref

Operation = dict[str, Any]


async def abandon(client: Client, path: str, *, uid: str, owner: Owner, api_version: str, shared: bool = False) -> None:
    """Remove an owner's entry from managedFields, and its annotation and label.

    `release` removes the owner's fields from the object; this keeps them. An object that was deleted or recreated is
    left alone.

    Args:
        api_version: Of the path.
        shared: It has other owners, even if no field says so.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: Refused; 409 when the object changed meanwhile.
    """
    live = await look(client, path)
    if live is None or live.metadata.uid != uid or not unmarked(live.metadata, owner, shared=shared):
        return
    live = await renew(client, path, live, api_version)
    await json_patch(client, path, unmarked(live.metadata, owner, shared=shared))


def unmarked(meta: LiveMeta, owner: Owner, *, shared: bool = False) -> list[Operation]:
    """The JSON patch (RFC 6902) that removes an owner's marks; empty when there are none.

    It contains the version that it was made from, so the server answers 409 when the object changed since.
    """
    patch = _managers(meta.managed_fields, owner.manager)
    patch += [_remove("annotations", key) for key in owner.annotations if key in (meta.annotations or {})]
    others = shared or any(
        entry.manager.startswith(MANAGER_PREFIX) and entry.manager != owner.manager for entry in meta.managed_fields
    )
    if not others:
        patch += [_remove("labels", key) for key in _labels(meta, owner.manager)]
    version = {"op": "replace", "path": "/metadata/resourceVersion", "value": meta.resource_version}
    return [version, *patch] if patch else []


def _labels(meta: LiveMeta, manager: str) -> list[str]:
    """Vidra's labels. The former one counts only if this version did not apply it: else the manifest contains it."""
    labels, mine = meta.labels or {}, [entry for entry in meta.managed_fields if entry.manager == manager]
    applied = [entry for entry in mine if entry.operation == "Apply"]
    former = any(FORMER_LABEL in _held(entry) and MANAGED_LABEL not in _held(entry) for entry in applied)
    found = [MANAGED_LABEL] if labels.get(MANAGED_LABEL) == MANAGED_VALUE else []
    return found + ([FORMER_LABEL] if former and labels.get(FORMER_LABEL) == FORMER_VALUE else [])


def _held(entry: ManagedFieldsEntry) -> list[str]:
    """The labels that a manager holds."""
    fields = decode(entry.fields or b"{}", _Fields)
    return [key.removeprefix("f:") for key in fields.metadata.labels]


class _Metadata(msgspec.Struct, frozen=True):
    labels: dict[str, msgspec.Raw] = msgspec.field(default_factory=dict, name="f:labels")


class _Fields(msgspec.Struct, frozen=True):
    metadata: _Metadata = msgspec.field(default_factory=_Metadata, name="f:metadata")


def _managers(entries: tuple[ManagedFieldsEntry, ...], manager: str) -> list[Operation]:
    mine = [index for index, entry in enumerate(entries) if entry.manager == manager]
    if mine and len(mine) == len(entries):
        # An empty list means "unchanged"; a list with one empty entry means none (KEP-555).
        return [{"op": "replace", "path": "/metadata/managedFields", "value": [{}]}]
    return [{"op": "remove", "path": f"/metadata/managedFields/{index}"} for index in reversed(mine)]


def _remove(what: str, key: str) -> Operation:
    escaped = key.replace("~", "~0").replace("/", "~1")
    return {"op": "remove", "path": f"/metadata/{what}/{escaped}"}


async def release(client: Client, path: str, ref: Ref, *, uid: str, owner: Owner) -> LiveObject:
    """Apply only the object's identity, so that the owner's manager holds nothing, and remove the remaining marks.

    With the UID, an object cannot be created this way.

    Returns:
        The rest of the object, and who holds it.

    Raises:
        UnreachableError: The cluster does not answer.
        ApiError: Refused; 409 when the object was deleted, recreated or changed meanwhile.
    """
    live = await look(client, path)
    if live and live.metadata.uid == uid:
        await renew(client, path, live, ref.api_version)
    metadata = {"name": ref.name, "uid": uid} | ({"namespace": ref.namespace} if ref.namespace else {})
    identity = encode({"apiVersion": ref.api_version, "kind": ref.kind, "metadata": metadata})
    left = await apply(client, path, identity, manager=owner.manager, force=False)
    # What a patch added (`relabel.py`), or an entry that was lost, is not removed by this apply.
    patch = unmarked(left.metadata, owner)
    return await json_patch(client, path, patch) if patch else left
