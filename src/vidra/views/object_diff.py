"""One object before and after, without secrets and without what only a server counts: pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from vidra.views.secret_masking import masked_sides, tidy

Json = dict[str, Any]

_OF_THE_SERVER = frozenset({"uid", "resourceVersion", "generation", "creationTimestamp"})


class ObjectDiff(msgspec.Struct, frozen=True):
    """An object that would change."""

    title: str
    """Which, on one line."""
    server: str
    """Empty for the cluster that Vidra runs in."""
    before: Json | None
    """Without secret values; None when it would be created."""
    after: Json | None
    """None when it would be deleted."""
    managed: tuple[tuple[Json, ...], tuple[Json, ...]] = ((), ())
    """managedFields before and after."""


def diffs_of(changes: Iterable[tuple[str, Json | None, Json | None]]) -> list[ObjectDiff]:
    """The differences in all fields that a person may have written: by cluster, then by object.

    Args:
        changes: Server, and the object before and after.
    """
    found = [
        msgspec.structs.replace(_diff(server, old, new), managed=(_managed(before), _managed(after)))
        for server, before, after in changes
        if (old := _essence(before)) != (new := _essence(after))
    ]
    return sorted(found, key=lambda diff: (diff.server, diff.title))


def _diff(server: str, before: Json | None, after: Json | None) -> ObjectDiff:
    """The values of a Secret are masked; only whether they differ is shown."""
    return ObjectDiff(_title(after or before or {}, server), server, *masked_sides(before, after))


def _managed(item: Json | None) -> tuple[Json, ...]:
    return tuple(((item or {}).get("metadata") or {}).get("managedFields") or ())


def _title(item: Json, server: str) -> str:
    metadata = item.get("metadata") or {}
    place = (
        f"{metadata['namespace']}/{metadata.get('name')}" if metadata.get("namespace") else str(metadata.get("name"))
    )
    where = f" on {server}" if server else ""
    return f"{item.get('kind')} {place} ({item.get('apiVersion')}){where}".replace("\n", " ")


def _essence(item: Json | None) -> Json | None:
    """The object without what the server counts and reports."""
    if item is None:
        return None
    kept = tidy(item)
    metadata = {key: value for key, value in kept["metadata"].items() if key not in _OF_THE_SERVER}
    return {key: value for key, value in {**kept, "metadata": metadata}.items() if key != "status"}
