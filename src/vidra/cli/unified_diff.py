"""Objects before and after, as a unified diff without secrets."""

from __future__ import annotations

import difflib
from typing import Any

from vidra.cli.masking import MASK, is_secret, tidy
from vidra.cli.terminal import printable
from vidra.manifests.write import write

Json = dict[str, Any]

_OF_THE_SERVER = frozenset({"uid", "resourceVersion", "generation", "creationTimestamp"})


def differs(before: Json | None, after: Json | None) -> bool:
    """Whether anything that a person may have written is different."""
    return _essence(before) != _essence(after)


def diff(before: Json | None, after: Json | None, server: str) -> str:
    """The unified diff of one object; the values of a Secret are masked, and only whether they differ is told."""
    name = title(after or before or {}, server)
    old, new = _masked(_essence(before), _essence(after))
    lines = difflib.unified_diff(
        _lines(old), _lines(new), _label(before, "live", name), _label(after, "after", name), lineterm=""
    )
    return "\n".join(printable(line) for line in lines)


def title(item: Json, server: str) -> str:
    """Which object, on one line."""
    metadata = item.get("metadata") or {}
    place = (
        f"{metadata['namespace']}/{metadata.get('name')}" if metadata.get("namespace") else str(metadata.get("name"))
    )
    where = f" on {server}" if server else ""
    return printable(f"{item.get('kind')} {place} ({item.get('apiVersion')}){where}").replace("\n", " ")


def _label(item: Json | None, side: str, name: str) -> str:
    return f"{side}: {name}" if item is not None else "/dev/null"


def _essence(item: Json | None) -> Json | None:
    """The object without what the server counts and reports."""
    if item is None:
        return None
    kept = tidy(item)
    metadata = {key: value for key, value in kept["metadata"].items() if key not in _OF_THE_SERVER}
    return {key: value for key, value in {**kept, "metadata": metadata}.items() if key != "status"}


def _masked(old: Json | None, new: Json | None) -> tuple[Json | None, Json | None]:
    """Both with secret values masked; a value that differs is marked, and not shown."""
    secret = any(item is not None and is_secret(item) for item in (old, new))
    if not secret:
        return old, new
    return _masked_side(old, new, "before"), _masked_side(new, old, "after")


def _masked_side(item: Json | None, other: Json | None, side: str) -> Json | None:
    if item is None:
        return None
    masked = dict(item)
    for field in ("data", "stringData"):
        values, others = item.get(field), (other or {}).get(field) or {}
        if isinstance(values, dict):
            masked[field] = {
                key: MASK if other is None or key not in others or others[key] == value else f"{MASK} ({side})"
                for key, value in values.items()
            }
    return masked


def _lines(item: Json | None) -> list[str]:
    return write([item]).removeprefix("---\n").splitlines() if item is not None else []
