"""A text → the texts of its documents, divided where kubectl divides it."""

import re
from collections.abc import Iterator

import msgspec

_SEPARATOR = re.compile(r"^---([^\n]*)(?:\n|\Z)", re.MULTILINE)
_BREAK = re.compile("[\n\r\x85\u2028\u2029]")
"""What ends a line, and with it a comment, in YAML 1.1."""
_NOTHING = ("", "...")
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"


class Chunk(msgspec.Struct, frozen=True):
    """The text between two separators."""

    text: str
    line: int
    """Its first line in the whole text, from 1."""
    bad_separator: int = 0
    """Line of a ``---`` with something other than a comment behind it; 0 without one."""


def split(text: str) -> Iterator[Chunk]:
    """The documents that are not blank.

    A line that starts with ``---`` divides. With anything but a comment behind the dashes it is an error to kubectl
    and divides nothing here: what it could tear apart stays together, so that no half of a document is read.
    """
    start, line = len(text) - len(text.removeprefix(_BOM)), 1
    counted, here, bad = start, 1, 0
    for match in _SEPARATOR.finditer(text, start):
        here += text.count("\n", counted, match.start())
        counted = match.start()
        if _says_more(match[1]):
            bad = bad or here
        elif not _only_directives(body := text[start : match.start()]):
            yield from _chunk(body, line, bad)
            start, line, bad = match.end(), here + 1, 0
    yield from _chunk(text[start:], line, bad)


def _says_more(rest: str) -> bool:
    stripped = rest.strip()
    return bool(stripped) and not stripped.startswith("#")


def _only_directives(body: str) -> bool:
    """Directives stand before a separator and belong to the document behind it."""
    if not body.startswith(("%", "#")) or "\n%" not in f"\n{body[:4096]}":
        return False
    return all(line.startswith(("%", "#")) or not line.strip() for line in _BREAK.split(body))


def _chunk(body: str, line: int, bad: int) -> Iterator[Chunk]:
    if body.strip() not in _NOTHING:
        yield Chunk(body.removeprefix(_BOM), line, bad)
