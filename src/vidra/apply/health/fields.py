"""Reads fields of an object with any content: a field of the wrong type counts as missing."""

from collections.abc import Mapping
from typing import Any

import msgspec

_NOTHING: Mapping[str, Any] = {}


class Condition(msgspec.Struct, frozen=True):
    """One entry of status.conditions."""

    type: str
    status: str
    reason: str
    message: str
    generation: int | None
    """The generation that it is about, if it says so."""

    @property
    def true(self) -> bool:
        """Whether it is true."""
        return self.status == "True"

    @property
    def false(self) -> bool:
        """Whether it is false; it may also be unknown."""
        return self.status == "False"

    @property
    def words(self) -> str:
        """Its message."""
        return self.message or self.reason or f"{self.type} is {self.status or 'not set'}"


def value(source: object, *path: str) -> Any:
    """The value at a path; None when there is none."""
    for key in path:
        if not isinstance(source, Mapping):
            return None
        source = source.get(key)
    return source


def mapping(source: object, *path: str) -> Mapping[str, Any]:
    """The map at a path; empty when there is none."""
    found = value(source, *path)
    return found if isinstance(found, Mapping) else _NOTHING


def entries(source: object, *path: str) -> list[Mapping[str, Any]]:
    """The maps in the list at a path."""
    found = value(source, *path)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list | tuple) else []


def text(source: object, *path: str) -> str:
    """The text at a path; empty when there is none."""
    found = value(source, *path)
    return found if isinstance(found, str) else ""


def flag(source: object, *path: str) -> bool | None:
    """The truth value at a path; None when there is none."""
    found = value(source, *path)
    return found if isinstance(found, bool) else None


def number(source: object, *path: str) -> int | None:
    """The whole number at a path; None when there is none."""
    found = value(source, *path)
    if isinstance(found, float) and found.is_integer():
        return int(found)
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def count(source: object, *path: str) -> int:
    """The number at a path; 0 when there is none, because the API omits zeros."""
    return number(source, *path) or 0


def conditions(source: object) -> dict[str, Condition]:
    """The conditions by type, in their order; of two with the same type the first."""
    found: dict[str, Condition] = {}
    for item in entries(source, "status", "conditions"):
        if kind := text(item, "type"):
            found.setdefault(kind, _condition(kind, item))
    return found


def _condition(kind: str, item: Mapping[str, Any]) -> Condition:
    generation = number(item, "observedGeneration")
    return Condition(kind, text(item, "status"), text(item, "reason"), text(item, "message"), generation)
