"""Text for a terminal: nothing in it that steers one, colour only where it is wanted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence

_COLOURS = {"red": 31, "green": 32, "yellow": 33, "cyan": 36}
WIDTH = 80
"""Columns of a terminal that does not say how many it has."""

_GOOD = frozenset({"True", "ok", "Normal"})
_BAD = frozenset({"False", "problem", "Warning"})
_OPEN = frozenset({"Unknown", "unknown"})


def echo(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Write to standard output, or to standard error."""
    stream = sys.stderr if err else sys.stdout
    stream.write(f"{text}\n" if nl else text)
    stream.flush()


def style(text: str, *, fg: str) -> str:
    """Text in a colour."""
    return f"\x1b[{_COLOURS[fg]}m{text}\x1b[0m"


def terminal_width() -> int:
    """Columns of the terminal that standard output is; `COLUMNS` wins."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given):
        return int(given)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or WIDTH
    except (OSError, ValueError):
        return WIDTH


def printable(text: str) -> str:
    """Without what could steer a terminal; the text comes from a stranger. Line breaks stay."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char == "\n" else "\N{REPLACEMENT CHARACTER}" for char in text)


def one_line(text: str) -> str:
    """The same on one line."""
    return printable(" ".join(text.split("\n")))


def at_terminal() -> bool:
    """Whether a person reads standard output as it is written."""
    return sys.stdout.isatty()


def coloured() -> bool:
    """Whether standard output is a terminal whose user did not ask for plain text (https://no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def verdict(word: str) -> str:
    """A word in the colour of what it says, where colour is wanted."""
    if not coloured():
        return word
    colour = "green" if word in _GOOD else "red" if word in _BAD else "yellow" if word in _OPEN else None
    return style(word, fg=colour) if colour else word


def table(header: Sequence[str] | None, rows: Iterable[Sequence[str]], least: Sequence[int] = ()) -> str:
    """Columns as kubectl prints them: never cut off, two or more spaces apart.

    Args:
        least: Cells of each column, if it has to be wider than what stands in it.
    """
    lines = [*([tuple(header)] if header else []), *(tuple(one_line(cell) for cell in row) for row in rows)]
    columns = range(len(lines[0]) if lines else 0)
    widths = [max((cells_of(line[each]) for line in lines), default=0) for each in columns]
    widths = [max(pair) for pair in zip(widths, (*least, *[0] * len(widths)), strict=False)]
    return "\n".join(_line(line, widths) for line in lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [verdict(cell) + " " * (width - cells_of(cell)) for cell, width in zip(cells, widths, strict=True)]
    return "   ".join(padded).rstrip()


def cells_of(text: str) -> int:
    """Cells of a terminal that it fills."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(2 if east_asian_width(char) in "WF" else 1 for char in text if not combining(char))


def wrapped(text: str, room: int) -> list[str]:
    """Lines of at most so many cells, broken between words."""
    if cells_of(text) <= room:
        return [text]
    from textwrap import wrap

    return wrap(text, room, break_long_words=True, break_on_hyphens=False)
