"""Everything that a cluster holds, and what differs between two moments of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from testkit.controlplane import ControlPlane

Json = dict[str, Any]
Contents = Mapping[str, Json]
"""Each object, under `kind namespace/name`."""

_NOT_KEPT = frozenset({"componentstatuses", "leases.coordination.k8s.io"})
"""What is no object, and what is renewed all the time."""
_SHORTENED = 120
"""Characters of a value that is shown."""


async def contents(plane: ControlPlane) -> Contents:
    """All objects of all kinds but Leases, with resourceVersions and managedFields."""
    named = (await plane.kubectl("api-resources", "--verbs=list", "-o", "name")).stdout.split()
    kinds = ",".join(sorted(set(named) - _NOT_KEPT))
    listed = await plane.kubectl("get", kinds, "--all-namespaces", "--show-managed-fields", "-o", "json")
    return {_key(item): item for item in msgspec.json.decode(listed.stdout)["items"]}


def differences(before: Contents, after: Contents) -> dict[str, list[str]]:
    """What differs, field by field, for each object that does; no value of a Secret."""
    found = {}
    for key in sorted(before.keys() | after.keys()):
        if lines := list(_changes(before.get(key, {}), after.get(key, {}), "")):
            found[key] = [line.partition(": ")[0] for line in lines] if key.startswith("Secret ") else lines
    return found


def _changes(before: Any, after: Any, path: str) -> Iterator[str]:
    if before == after:
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted(before.keys() | after.keys()):
            yield from _changes(before.get(key), after.get(key), f"{path}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for index, (old, new) in enumerate(zip(before, after, strict=True)):
            yield from _changes(old, new, f"{path}[{index}]")
    else:
        yield f"{path}: {_shown(before)} → {_shown(after)}"


def _shown(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return text if len(text) <= _SHORTENED else f"{text[:_SHORTENED]}…"


def _key(item: Json) -> str:
    metadata = item["metadata"]
    return f"{item['kind']} {metadata.get('namespace', '')}/{metadata['name']}"
