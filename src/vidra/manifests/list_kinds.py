"""A list of objects → its objects, as kubectl takes them out."""

from collections.abc import Iterator
from typing import Any

from vidra.manifests.problems import ProblemReason, RefusedError

_SUFFIX = "List"


_NO_OBJECT = "this is no object; an object is a map with a kind"
# A Python transform of Infrahub may return one, which arrives as Python writes it.
_NO_LIST = (
    "this is a list, and no object; write one document for each object, or {kind: List, apiVersion: v1, items: [...]}: "
    "a transform that returns a list has to return that, or text"
)


def flatten(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any] | RefusedError]]:
    """The objects in a document, each with its path in it.

    To kubectl anything with top-level ``items`` is a list, whatever its kind; without them it is an object.
    """
    if not isinstance(value, dict):
        yield path, RefusedError(ProblemReason.NOT_AN_OBJECT, _NO_LIST if isinstance(value, list) else _NO_OBJECT)
    elif "items" not in value or not isinstance(value.get("kind"), str):
        yield path, value
    else:
        yield from _items(value, f"{path}." if path else "")


def _items(value: dict[str, Any], path: str) -> Iterator[tuple[str, dict[str, Any] | RefusedError]]:
    items = value["items"]
    if items is not None and not isinstance(items, list):
        yield path, RefusedError(ProblemReason.INVALID_LIST, "the items of a list must be a list of objects")
        return
    for index, item in enumerate(items or ()):
        yield from flatten(_with_kind(item, value), f"{path}items[{index}]")


def _with_kind(item: Any, of: dict[str, Any]) -> Any:
    """An item of a typed list (ConfigMapList) as such lists are written: without a kind of its own."""
    kind = of["kind"].removesuffix(_SUFFIX)
    if not kind or not isinstance(item, dict) or item.get("kind") or item.get("apiVersion"):
        return item
    return {**item, "apiVersion": of.get("apiVersion"), "kind": kind}
