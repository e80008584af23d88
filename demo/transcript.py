"""What of the demo's output is worth a picture: the story, without the addresses of one machine and the live table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

_ROWS: Final = "  | "
_NOT_SHOWN: Final = ("Look around", "Everything was seen")

_SAME: Final = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "UUID"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"), "TIME"),
    (re.compile(r"\b[0-9a-f]{8,}\b"), "HEX"),
    (re.compile(r"\b\d+(\.\d+)?( ?ms|m\d+s| ?s|m)\b"), "AGE"),
    (re.compile(r"127\.0\.0\.1:\d+"), "ADDRESS"),
    (re.compile(r"[├└│─]"), ""),
    (re.compile(r" +"), " "),
)
"""What differs each time, and one form for all of it."""


class Line(NamedTuple):
    """A line, and the moment at which it came, in seconds."""

    at: float
    text: str


def told(lines: Iterable[Line]) -> Iterator[Line]:
    """The lines of the story, from the first chapter to the commands in the end."""
    shown = False
    for line in lines:
        if line.text[:1].isdigit() or line.text.startswith("  $ "):
            shown = True
        elif line.text.startswith(_NOT_SHOWN):
            shown = False
        if shown and not line.text.startswith(_ROWS):
            yield line


def alike(line: str) -> str:
    """A line in a form that is the same each time the demo is shown."""
    for pattern, form in _SAME:
        line = pattern.sub(form, line)
    return line.strip()
