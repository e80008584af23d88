"""Who holds the field on each line of an object that is shown as YAML, by its managedFields: pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

import msgspec
import yaml

Json = dict[str, Any]
Path = tuple[str | int, ...]

_PLACE = re.compile(r"@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


def beside(lines: Sequence[str], before: Sequence[str], after: Sequence[str]) -> list[str]:
    """For each line of a unified diff of two texts, who holds what is removed or added there; else nothing.

    Args:
        before: For each line of the first text, who holds it.
    """
    found, old, new = [], 0, 0
    for line in lines:
        kind = line[:1]
        if place := _PLACE.match(line):
            old, new = (max(int(number) - 1, 0) for number in place.groups())
            found.append("")
            continue
        held = {"-": (before, old), "+": (after, new)}.get(kind)
        found.append(held[0][held[1]] if held and held[1] < len(held[0]) else "")
        old, new = old + (kind in "- "), new + (kind in "+ ")
    return found


def line_holders(text: str, managed_fields: Sequence[Json], managers: Mapping[str, str]) -> list[str]:
    """For each line of an object's YAML, who holds the field on it; empty where nobody does.

    Args:
        managers: Names of the VidraResources by field manager.
    """
    held = [""] * (text.count("\n") + 1)
    root = yaml.compose(text, Loader=yaml.CSafeLoader)
    if root is None or not managed_fields:
        return held
    body = yaml.safe_load(text)
    leaves: dict[Path, list[str]] = {}
    for entry in managed_fields:
        manager = str(entry.get("manager") or "")
        for path in _leaves(entry.get("fieldsV1") or {}, body, ()):
            leaves.setdefault(path, []).append(managers.get(manager, manager))
    for line, path in _lines(root, ()):
        held[line] = ", ".join(dict.fromkeys(_holders(leaves, path)))
    return held


def leaving(before: Sequence[Json], after: Sequence[Json], managers: Mapping[str, str]) -> tuple[list[str], list[str]]:
    """Which VidraResources let go of an object that stays, and who has fields of it then."""
    first, then = (
        [str(entry.get("manager")) for entry in side if not entry.get("subresource")] for side in (before, after)
    )
    gone = [managers[name] for name in dict.fromkeys(first) if name in managers and name not in then]
    return gone, [managers.get(name, name) for name in dict.fromkeys(then)]


def _holders(leaves: Mapping[Path, list[str]], path: Path) -> list[str]:
    """Of a field, or of the whole that it is a part of: a list or map may be held as one."""
    return next((leaves[path[:end]] for end in range(len(path), 0, -1) if path[:end] in leaves), [])


def _lines(node: yaml.Node, path: Path) -> Iterator[tuple[int, Path]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield key.start_mark.line, (*path, key.value)
            yield from _lines(value, (*path, key.value))
    elif isinstance(node, yaml.SequenceNode):
        for index, item in enumerate(node.value):
            yield item.start_mark.line, (*path, index)
            yield from _lines(item, (*path, index))


def _leaves(fields: Any, value: Any, path: Path) -> Iterator[Path]:
    """The paths that a set of fields names in a value; what the value does not have is left out."""
    inner = {key: below for key, below in fields.items() if key != "."} if isinstance(fields, dict) else {}
    if not inner:
        return iter([path] if path else [])
    steps = ((below, step) for key, below in inner.items() if (step := _step(key, value)) is not None)
    return chain.from_iterable(_leaves(below, value[step], (*path, step)) for below, step in steps)


def _step(key: str, value: Any) -> str | int | None:
    """The key or index that a part of a fieldsV1 means in a value; None if it has no such part."""
    kind, _, rest = key.partition(":")
    if kind == "f":
        return rest if isinstance(value, dict) and rest in value else None
    if not isinstance(value, list):
        return None
    try:
        wanted = msgspec.json.decode(rest)
    except msgspec.DecodeError:
        return None
    if kind == "k" and isinstance(wanted, dict):
        return next((place for place, item in enumerate(value) if _has(item, wanted)), None)
    return value.index(wanted) if kind == "v" and wanted in value else None


def _has(item: Any, wanted: Json) -> bool:
    return isinstance(item, dict) and all(item.get(name) == each for name, each in wanted.items())
