"""The marks of Vidra 0.0.6 on an object, and their conversion to those of an owner today: pure.

0.0.6 wrote objects with ordinary updates, so its fields are in an `Update` entry of managedFields. While they are, a
field that is removed from the artifact stays in the object. So all fields of that entry are handed over
(`earlier_writers.py`) to the entry of the owner, whose next apply then removes what is no longer wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from vidra.api.names import FIRST_MANAGED_BY, FIRST_OWNED_BY, FIRST_VALUE, GROUP, RESOURCE_KIND
from vidra.apply.earlier_writers import given, is_apply, is_update
from vidra.apply.field_sets import Fields

BINARY = "manager"
"""Field manager of Vidra 0.0.6, unless it was built under another name: that of its program."""
_BIRTHMARK = "kubernetes.io/metadata.name"
"""A label that a Namespace gets at its creation, with its creator as field manager."""


class Meta(msgspec.Struct, frozen=True, rename="camel"):
    """ObjectMeta; the parts that are written back are complete."""

    uid: str = ""
    resource_version: str = ""
    labels: dict[str, str] | None = None
    annotations: dict[str, str] | None = None
    owner_references: tuple[dict[str, Any], ...] = ()
    managed_fields: tuple[dict[str, Any], ...] = ()

    def annotation(self, key: str) -> str:
        """Value of an annotation; empty if there is none."""
        return (self.annotations or {}).get(key, "")


class LegacyObject(msgspec.Struct, frozen=True):
    """A live object, as far as the migration reads it."""

    metadata: Meta = Meta()


def ids(meta: Meta) -> tuple[str, ...]:
    """The VidraResources that Vidra 0.0.6 noted as owners."""
    return tuple(part for item in meta.annotation(FIRST_OWNED_BY).split(",") if (part := item.strip()))


def marked(meta: Meta) -> bool:
    """Whether the object has any mark of Vidra 0.0.6."""
    return bool(meta.annotation(FIRST_OWNED_BY)) or any(_is_vidra_resource(item) for item in meta.owner_references)


def names(meta: Meta, name: str, uid: str) -> bool:
    """Whether the marks of Vidra 0.0.6 say that this VidraResource owns the object.

    The label does not count: its value differs between releases, and 0.0.6 itself used the annotation.
    """
    if meta.annotation(FIRST_MANAGED_BY) != FIRST_VALUE:
        return False
    return name in ids(meta) or any(
        _is_vidra_resource(item) and item.get("uid") == uid for item in meta.owner_references
    )


def noted_by_update(meta: Meta) -> bool:
    """Whether the owners' annotation was written as 0.0.6 writes: by an update, and is still held."""
    return any(is_update(entry) and _holds_note(entry) for entry in meta.managed_fields)


def held(meta: Meta, manager: str) -> bool:
    """Whether this owner's field manager holds any field of it."""
    return any(is_apply(entry, manager) for entry in meta.managed_fields)


def found(meta: Meta, manager: str) -> bool:
    """Whether a Namespace existed before Vidra 0.0.6: another manager has the label that comes with creation."""
    mine = [entry for entry in meta.managed_fields if is_apply(entry, manager)]
    first = first_entry(meta)
    entries = [*mine, first] if first else mine
    return not any(f"f:{_BIRTHMARK}" in _section(entry, "f:labels") for entry in entries)


def first_entry(meta: Meta) -> dict[str, Any] | None:
    """The managedFields entry of 0.0.6: the one with its annotation, or else with its usual name."""
    updates = [entry for entry in meta.managed_fields if is_update(entry)]
    named = (entry for entry in updates if entry.get("manager") == BINARY)
    return next((entry for entry in updates if _holds_note(entry)), None) or next(named, None)


def migration(meta: Meta, managers: Sequence[str]) -> dict[str, Any]:
    """The merge patch (RFC 7396) that removes the marks of 0.0.6, and gives its fields to these owners.

    Each gets all of them: a field that one no longer wants stays until the others no longer want it either. The patch
    contains only metadata, and nothing that anybody else wrote.
    """
    metadata: dict[str, Any] = {
        "uid": meta.uid,
        "resourceVersion": meta.resource_version,
        "annotations": {FIRST_OWNED_BY: None, FIRST_MANAGED_BY: None},
    }
    if any(_is_vidra_resource(item) for item in meta.owner_references):
        left = [item for item in meta.owner_references if not _is_vidra_resource(item)]
        metadata["ownerReferences"] = left or None
    if first := first_entry(meta):
        entries = [entry for entry in meta.managed_fields if entry is not first]
        for manager in managers:
            entries = given(entries, manager, first.get("fieldsV1") or {}, first)
        metadata["managedFields"] = entries
    return {"metadata": metadata}


def _holds_note(entry: dict[str, Any]) -> bool:
    return f"f:{FIRST_OWNED_BY}" in _section(entry, "f:annotations")


def _section(entry: dict[str, Any], name: str) -> Fields:
    metadata: Fields = (entry.get("fieldsV1") or {}).get("f:metadata") or {}
    return metadata.get(name) or {}


def _is_vidra_resource(reference: dict[str, Any]) -> bool:
    return reference.get("kind") == RESOURCE_KIND and str(reference.get("apiVersion", "")).startswith(f"{GROUP}/")
