"""Reads the plain part of YAML in which kubectl writes a kubeconfig, in less time than a YAML parser takes to import.

Invariant: whatever this reads, a YAML parser reads alike; whatever it is not sure about is left to one. So it knows
block maps and lists, strings that nothing else could be meant by, quoted ones without escapes, and a few constants; a
number, a date, an anchor, a long string, a comment behind a value: all that is None.
"""

from __future__ import annotations

import re
from typing import Any, Final

DEEPEST: Final = 20
"""Columns of indent."""

_KEY = re.compile(r"([A-Za-z][\w.-]*):(?: +(.*))?")
_STRING = re.compile(r"[A-Za-z_/][\w./:@+=,-]*[\w./@+=,-]|[A-Za-z_/]|\d[\w-]*[ghijklmpqrsuvwyGHIJKLMPQRSUVWY][\w-]*")
"""Without a space in it, and with a letter that no number or date has if it begins with a digit."""
_QUOTED = re.compile(r""""([ !#-\[\]-~]*)"|'([ -&(-~]*)'""")
_CONSTANTS: Final = {"null": None, "true": True, "false": False}
_EMPTY: Final[dict[str, type[Any]]] = {"{}": dict, "[]": list}
_WORDS: Final = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})
"""What some parser does not take for a string, in any case."""

_Lines = list[tuple[int, str]]


class _UnsureError(Exception):
    """A YAML parser has to decide."""


def read(text: str) -> dict[str, Any] | None:
    """The map that a text is; None when a YAML parser has to say."""
    if not text.isascii() or "\r" in text:
        return None
    lines = [(len(line) - len(line.lstrip(" ")), line.strip(" ")) for line in text.split("\n") if line.strip(" ")]
    try:
        value, end = _block(lines, 0, 0)
    except _UnsureError:
        return None
    return value if isinstance(value, dict) and end == len(lines) else None


def _block(lines: _Lines, at: int, indent: int) -> tuple[Any, int]:
    """The map or list that begins in a line with this indent, and the line behind it."""
    if at == len(lines) or lines[at][0] != indent or indent > DEEPEST:
        raise _UnsureError
    return _list(lines, at, indent) if lines[at][1].startswith("- ") else _map(lines, at, indent)


def _map(lines: _Lines, at: int, indent: int) -> tuple[dict[str, Any], int]:
    found: dict[str, Any] = {}
    while at < len(lines) and lines[at][0] == indent and not lines[at][1].startswith("- "):
        match = _KEY.fullmatch(lines[at][1])
        if match is None or match[1] in found or match[1].lower() in _WORDS:
            raise _UnsureError
        found[match[1]], at = _value(lines, at, indent) if match[2] is None else (_scalar(match[2]), at + 1)
    return found, at


def _value(lines: _Lines, at: int, indent: int) -> tuple[Any, int]:
    """What stands in the lines below a key: deeper, or a list at its own depth; nothing is null."""
    behind = at + 1
    if behind < len(lines):
        deeper, text = lines[behind]
        if deeper > indent or (deeper == indent and text.startswith("- ")):
            return _block(lines, behind, deeper)
    return None, behind


def _list(lines: _Lines, at: int, indent: int) -> tuple[list[Any], int]:
    found: list[Any] = []
    while at < len(lines) and lines[at][0] == indent and lines[at][1].startswith("- "):
        text = lines[at][1][1:]
        item = text.lstrip(" ")
        if _KEY.fullmatch(item):
            deeper = indent + 1 + len(text) - len(item)
            lines[at] = (deeper, item)
            value, at = _map(lines, at, deeper)
        else:
            value, at = _scalar(item), at + 1
        found.append(value)
    return found, at


def _scalar(text: str) -> Any:
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if text in _EMPTY:
        return _EMPTY[text]()
    if quoted := _QUOTED.fullmatch(text):
        return quoted[1] if quoted[1] is not None else quoted[2]
    if _STRING.fullmatch(text) and text.lower() not in _WORDS:
        return text
    raise _UnsureError
