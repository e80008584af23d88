"""Limits the time and memory of CEL expressions, which CEL's runtime does not limit by itself.

The runtime allows 10,000 loop steps and a depth of 32, and its regular expressions take linear time. An expression that
could still use much is refused before it runs, and too large objects are not passed to it.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from vidra.apply.health.fields import mapping

LENGTH = 1000
"""Characters of an expression."""
SUMS = 4
"""Signs of addition, which also make strings and lists longer."""
ITEMS = 500
"""Items of one list or map of an object; a filter takes memory with the square of this number."""
TEXT = 16 * 1024
"""Characters of one string of an object."""
NODES = 5_000
"""Values of an object."""
DEPTH = 50
"""Nesting depth of an object's maps and lists."""

FIELDS = ("apiVersion", "kind", "metadata", "spec", "status")
"""The names that an expression can use."""
_WHOLE_MANIFEST = "kubectl.kubernetes.io/last-applied-configuration"
_SIZED = (str, dict, list)
_LOOPS = ("all", "exists", "exists_one", "existsOne", "filter")
_HIDDEN = re.compile(
    r"//[^\n]*"
    r"|(?:[rR][bB]?|[bB][rR])(?:\"\"\"[\s\S]*?\"\"\"|'''[\s\S]*?'''|\"[^\"\n]*\"|'[^'\n]*')"
    r"|\"\"\"(?:\\[\s\S]|[^\\])*?\"\"\"|'''(?:\\[\s\S]|[^\\])*?'''|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'"
)
"""Comments and strings, where a bracket does not count."""
_SIGNS = re.compile(
    r"\.\s*matches\s*\(\s*''\s*\)|(?P<matches>\bmatches\s*\()"
    r"|\.\s*(?P<maker>map|optMap|optFlatMap)\s*\("
    rf"|(?P<open>(?:\.\s*(?P<loop>{'|'.join(_LOOPS)})\s*)?\()|(?P<close>\))|(?P<plus>\+)"
)


class ExpressionError(Exception):
    """An expression that cannot be used; the message says why."""


def shown_of(source: Mapping[str, Any]) -> dict[str, Any] | None:
    """The object for expressions; None when it is too large."""
    shown = {field: source[field] for field in FIELDS if source.get(field) is not None}
    if _WHOLE_MANIFEST in mapping(shown, "metadata", "annotations"):
        annotations = {**shown["metadata"]["annotations"], _WHOLE_MANIFEST: ""}
        shown["metadata"] = {**shown["metadata"], "annotations": annotations}
    return shown if _fits(shown) else None


def _fits(value: Any) -> bool:
    level, nodes = [value], 0
    for _ in range(DEPTH):
        nodes += len(level)
        if nodes > NODES or not all(map(_small, level)):
            return False
        level = [inner for item in level if isinstance(item, dict | list) for inner in _inside(item)]
        if not level:
            return True
    return False


def _small(item: Any) -> bool:
    return not isinstance(item, _SIZED) or len(item) <= (TEXT if isinstance(item, str) else ITEMS)


def _inside(item: dict[str, Any] | list[Any]) -> Iterable[Any]:
    return item.values() if isinstance(item, dict) else item


def check(text: str) -> None:
    """Refuse an expression that could use much time or memory.

    Raises:
        ExpressionError: It could.
    """
    if not text.strip():
        raise ExpressionError("it is empty")
    if len(text) > LENGTH:
        raise ExpressionError(f"it is longer than {LENGTH:,} characters")
    bare = _HIDDEN.sub(lambda found: " " if found[0].startswith("//") else "''", text)
    if bare.count("+") > SUMS:
        raise ExpressionError(f"it has more than {SUMS} '+'")
    brackets: list[bool] = []
    for sign in _SIGNS.finditer(bare):
        if sign["close"]:
            brackets[-1:] = []
        elif sign["open"]:
            brackets.append(bool(sign["loop"]))
        if complaint := _complaint(sign, sum(brackets)):
            raise ExpressionError(complaint)


def _complaint(sign: re.Match[str], loops: int) -> str:
    """What is wrong with a sign inside so many loops; empty if nothing."""
    if sign["maker"]:
        return f"{sign['maker']}() is not offered; all(), exists() and filter() are"
    if sign["plus"] and loops:
        return "it has a '+' inside of all(), exists() or filter()"
    if sign["matches"]:
        return "matches() takes a text in quotes, and nothing else"
    return "it has all(), exists() or filter() inside of each other" if loops > 1 else ""
