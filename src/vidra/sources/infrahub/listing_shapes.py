"""The shapes of the stored query's answer, of which any field may be missing: who stored it chose what it selects."""

from __future__ import annotations

import msgspec
from msgspec import UNSET, Raw, UnsetType


class Body(msgspec.Struct):
    """An answer of GraphQL."""

    data: dict[str, Raw] | UnsetType | None = UNSET
    errors: object = None


class Root(msgspec.Struct):
    """One list in it."""

    edges: list[Raw]
    count: int | None = None


class Text(msgspec.Struct):
    """An attribute."""

    value: str | UnsetType | None = UNSET


class Node(msgspec.Struct):
    """An artifact."""

    id: str | UnsetType = UNSET
    checksum: Text | UnsetType = UNSET
    status: Text | UnsetType | None = UNSET
    name: Text | UnsetType | None = UNSET
    object: Raw | UnsetType = UNSET
    """What it is for; read only where that matters: a query may call anything so."""


class Edge(msgspec.Struct):
    """Its place in the list."""

    node: Node | None = None


def text(attribute: Text | UnsetType | None) -> str | None:
    """The value of an attribute that may not be there."""
    return attribute.value if isinstance(attribute, Text) and isinstance(attribute.value, str) else None
