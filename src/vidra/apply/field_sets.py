"""Sets of fields as managedFields holds them (FieldsV1), and what can be done with them: pure.

A set is a tree of `f:name`, `k:{key}`, `v:value`, `i:index` and `.`, the place itself; an empty tree is a member.
"""

from __future__ import annotations

from typing import Any

from vidra.apply.managed_fields import fits
from vidra.kube.decode import ANYTHING, decode

Fields = dict[str, Any]
ITSELF = "."
_MISSING: Any = object()


def merged(one: Fields, other: Fields) -> Fields:
    """The union of two sets of fields."""
    result = dict(one)
    for key, value in other.items():
        result[key] = merged(result[key], value) if key in result else value
    return result


def meet(one: Fields, other: Fields) -> bool:
    """Whether two sets have a member in common."""
    return any(not one[key] or not other[key] or meet(one[key], other[key]) for key in one.keys() & other.keys())


def without(fields: Fields, others: Fields) -> Fields:
    """A set without the members of another one.

    A list item that is a member of both is removed whole: who holds the item holds what is in it. A parent is removed
    with its last child.
    """
    left: Fields = {}
    for key, below in fields.items():
        other = others.get(key)
        if other is None or (below and not other):
            left[key] = below
        elif below and not (key.startswith("k:") and ITSELF in below and ITSELF in other):
            rest = without(below, other)
            if rest.keys() - {ITSELF}:
                left[key] = rest
    return left


def taken_from(body: dict[str, Any], fields: Fields) -> dict[str, Any]:
    """The part of an object that a set of fields selects; fields that the object lacks are left out."""
    found = _part(body, fields)
    return found if isinstance(found, dict) else {}


def _part(value: Any, fields: Fields) -> Any:
    if not fields:
        return value
    if isinstance(value, dict):
        parts = {key[2:]: _part(value[key[2:]], below) for key, below in fields.items() if _names(key, value)}
        kept = {name: part for name, part in parts.items() if part is not _MISSING}
        return kept if kept or ITSELF in fields else _MISSING
    if isinstance(value, list):
        return _items(value, fields)
    return value


def _names(key: str, value: dict[str, Any]) -> bool:
    return key.startswith("f:") and key[2:] in value


def _items(items: list[Any], fields: Fields) -> Any:
    """The selected items, in the order of the object."""
    found = []
    for number, item in enumerate(items):
        for key, below in fields.items():
            if _means(key, number, item):
                part = _part(item, below)
                found += [] if part is _MISSING else [part]
                break
    return found or _MISSING


def _means(key: str, number: int, item: Any) -> bool:
    if key.startswith("k:"):
        return fits(key, item)
    if key.startswith("v:"):
        return bool(decode(key[2:].encode(), ANYTHING) == item)
    return key == f"i:{number}"
