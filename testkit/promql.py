"""Which metrics and labels an expression of Prometheus names; whether it means anything is for Prometheus to say."""

from __future__ import annotations

import re
from collections.abc import Iterator

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|\$\w+|[A-Za-z_:][\w:]*|[=!]~|[=!<>]=|\d[\w.]*|\S')
_WORD = re.compile(r"[A-Za-z_:][\w:]*")
_GROUPING = {"by", "without", "on", "ignoring", "group_left", "group_right"}
_SETS = {"and", "or", "unless"}
_OPERATORS = _SETS | {"offset", "bool"}


def named(expression: str) -> dict[str, set[str]]:
    """Every metric in an expression, with the labels that are asked of it.

    Those of a grouping are asked of all, but not across `and`, `or` and `unless`: each side of these has its own.
    """
    found: dict[str, set[str]] = {}
    for side in _sides(_TOKEN.findall(re.sub(r"\[[^\]]*\]", "", expression))):
        for metric, labels in _named(side).items():
            found.setdefault(metric, set()).update(labels)
    return found


def _sides(tokens: list[str]) -> Iterator[list[str]]:
    """What stands between operators on sets that are in no parentheses."""
    side: list[str] = []
    depth = 0
    for word in tokens:
        depth += (word == "(") - (word == ")")
        if word in _SETS and not depth:
            yield side
            side = []
        else:
            side.append(word)
    yield side


def _named(tokens: list[str]) -> dict[str, set[str]]:
    grouping: set[str] = set()
    found: dict[str, set[str]] = {}
    position = 0
    while position < len(tokens):
        word, following = tokens[position], tokens[position + 1] if position + 1 < len(tokens) else ""
        position += 1
        if word in _GROUPING:
            names, position = _until(tokens, position + 1, ")")
            grouping.update(filter(_WORD.fullmatch, names))
        elif _WORD.fullmatch(word) and following not in {"(", *_GROUPING} and word not in _OPERATORS:
            labels = found.setdefault(word, set())
            if following == "{":
                matchers, position = _until(tokens, position + 1, "}")
                labels.update(filter(_WORD.fullmatch, matchers))
    return {metric: labels | grouping for metric, labels in found.items()}


def _until(tokens: list[str], position: int, end: str) -> tuple[list[str], int]:
    stop = tokens.index(end, position)
    return tokens[position:stop], stop + 1


def expressions(value: object, key: str = "") -> Iterator[str]:
    """All that stands under `expr`, however deep, and what variables of a dashboard ask for."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from expressions(item, str(name))
    elif isinstance(value, list):
        for item in value:
            yield from expressions(item)
    elif key == "expr":
        yield str(value)
    elif key == "definition":
        yield str(value).removeprefix("label_values(").partition(",")[0]
