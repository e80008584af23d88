"""Who holds which field of a live object, by its managedFields: pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

Json = dict[str, Any]

MOST = 2_000
"""Fields of one object that are shown."""


class HeldField(msgspec.Struct, frozen=True):
    """A field, and everybody who holds it."""

    path: str
    """As people write it: spec.template.spec.containers[name=web].image."""
    holders: tuple[str, ...]
    """Names of VidraResources, and field managers that belong to none."""


def held_fields(managed_fields: Iterable[Json], managers: Mapping[str, str]) -> tuple[HeldField, ...]:
    """The fields of an object in the order of their paths, each with its holders.

    Args:
        managers: Names of the VidraResources by field manager.
    """
    found: dict[str, list[str]] = {}
    for entry in managed_fields:
        manager = str(entry.get("manager") or "")
        who = managers.get(manager, manager) + (f" ({entry['subresource']})" if entry.get("subresource") else "")
        for path in _leaves(entry.get("fieldsV1") or {}, ""):
            holders = found.setdefault(path, [])
            if who not in holders:
                holders.append(who)
    return tuple(HeldField(path, tuple(found[path])) for path in sorted(found)[:MOST])


def _leaves(fields: Any, path: str) -> Iterator[str]:
    inner = {key: value for key, value in fields.items() if key != "."} if isinstance(fields, dict) else {}
    if not inner:
        if path:
            yield path
        return
    for key, value in inner.items():
        yield from _leaves(value, f"{path}{_step(key, first=not path)}")


def _step(key: str, *, first: bool) -> str:
    kind, _, rest = key.partition(":")
    if kind == "f":
        plain = rest.replace("-", "").replace("_", "").isalnum()
        return (rest if first else f".{rest}") if plain else f'["{rest}"]'
    if kind == "k":
        try:
            keys = msgspec.json.decode(rest, type=dict[str, Any])
        except msgspec.MsgspecError:
            return f"[{rest}]"
        return f"[{','.join(f'{name}={value}' for name, value in keys.items())}]"
    return f"[{rest}]"
