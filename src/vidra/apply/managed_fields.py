"""What a field manager holds of an object (FieldsV1, https://kep.k8s.io/555): pure.

f:name    a field              {}   the place itself; with all below it where nobody holds anything below
k:{key}   an item of a list    .    the place itself, beside what is below
v:value   a member of a set
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from vidra.api.names import MANAGER_PREFIX
from vidra.kube.decode import ANYTHING, decode

Json = dict[str, Any]
Fields = Json | None
"""None: nothing."""
Path = tuple[str, ...]
"""Keys of FieldsV1, from the root of the object."""
MISSING: Any = object()


def held(live: Json, manager: str) -> tuple[list[Fields], list[Fields]]:
    """The fields of a live object that this owner holds, and those that managers hold which are no owners.

    Invariant: a manager that sets a field holds it, through any subresource: an autoscaler sets replicas through
    `scale`, a controller sets its annotations together with the status. Fields that only owners hold are co-owned: if
    one of them alone held such a field, it would be removed when that owner releases the object.
    """
    mine: list[Fields] = []
    others: list[Fields] = []
    for entry in live.get("metadata", {}).get("managedFields") or ():
        holder, subresource = str(entry.get("manager", "")), entry.get("subresource")
        if holder == manager and not subresource:
            mine.append(entry.get("fieldsV1") or None)
        elif not holder.startswith(MANAGER_PREFIX):
            others.append(entry.get("fieldsV1") or None)
    return mine, others


def below(sets: Sequence[Fields], key: str) -> list[Fields]:
    """The sets below a key: None where a manager holds nothing of it, {} where it holds it as a whole.

    An empty set beside deeper ones holds the place alone: its manager lost everything below it.
    """
    parts = any(sets)
    return [fields.get(key) if fields else None if parts else fields for fields in sets]


def whole(sets: Sequence[Fields]) -> bool:
    """Whether a place is held as a whole, so that its parts are not held by themselves."""
    return {} in sets and not any(sets)


def key_of(item: Any, step: str, sets: Iterable[Fields]) -> str:
    """How field sets name a list item: by its key, or by its index where the list has no keys."""
    keys = (key for fields in sets if fields for key in fields if key.startswith("k:") and fits(key, item))
    return next(keys, f"i:{step}")


def fits(key: str, item: Any) -> bool:
    """Whether a key of FieldsV1 (`k:{"name":"web"}`) selects a list item."""
    wanted = _decoded(key)
    both = isinstance(item, dict) and isinstance(wanted, dict)
    return both and all(item.get(name) == value for name, value in wanted.items())


def get(place: Any, step: str) -> Any:
    """The value one step down; MISSING if there is none."""
    if isinstance(place, dict):
        return place.get(step, MISSING)
    if isinstance(place, list) and step.isdecimal() and int(step) < len(place):
        return place[int(step)]
    return MISSING


def alone(value: Any, mine: Fields, others: Sequence[Fields]) -> Any:
    """The part of a value that one manager holds alone; MISSING if there is none."""
    if mine is None:
        return MISSING
    if not mine:
        return MISSING if any(fields is not None for fields in others) else value
    if isinstance(value, dict):
        parts = ((name, alone(part, *_each(mine, others, f"f:{name}"))) for name, part in value.items())
        return {name: part for name, part in parts if part is not MISSING} or MISSING
    if isinstance(value, list):
        return list(_items(value, mine, others)) or MISSING
    return MISSING


def cut(fields: Json, path: Path) -> Json:
    """A set without one path, and without parents that would become empty: an empty set may mean everything below."""
    key, *rest = path
    if key not in fields:
        return fields
    left = {name: inner for name, inner in fields.items() if name != key}
    inner = cut(fields[key], tuple(rest)) if rest else {}
    return {**left, key: inner} if inner else left


def _items(values: list[Any], mine: Json, others: Sequence[Fields]) -> Iterator[Any]:
    for value in values:
        for key in mine:
            if (
                key.startswith("v:")
                and _decoded(key) == value
                and not any(key in fields for fields in others if fields)
            ):
                yield value
            elif key.startswith("k:") and fits(key, value):
                part = alone(value, *_each(mine, others, key))
                if part is not MISSING:
                    yield {**_decoded(key), **part}


def _each(mine: Json, others: Sequence[Fields], key: str) -> tuple[Fields, list[Fields]]:
    first, *rest = below([mine, *others], key)
    return first, rest


def _decoded(key: str) -> Any:
    return decode(key[2:].encode(), ANYTHING)
