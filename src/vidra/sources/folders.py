"""Folders of files as the texts of units: pure.

A unit is a folder with the manifests in it and in all folders below it, as for Flux. What is hidden is passed over, and
so is a folder below that is a unit of its own: no object is in two units because one folder is inside the other. A
chart has no units below it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence

from vidra.sources.file_names import is_hidden, is_manifest
from vidra.sources.forms import CHART_FILE
from vidra.sources.globs import Patterns

ROOT = "."
"""The id of the unit that is the whole source."""
_BOM = b"\xef\xbb\xbf"
_HEAD = re.compile(r"^--- # file: (.*)$", re.MULTILINE)


class NotTextError(ValueError):
    """A file is no UTF-8 text; the message names it."""


def units(files: Iterable[str], patterns: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The folders that patterns match and that hold manifests, with these.

    Args:
        files: Relative paths, checked by `file_names`.

    Raises:
        ValueError: A pattern is none.
    """
    globs, known = Patterns(patterns), [tuple(path.split("/")) for path in files]
    folders = {names[:depth] for names in known for depth in range(len(names))}
    found = {folder for folder in folders if globs.matches(folder)}
    charts = {names[:-1] for names in known if names[-1] == CHART_FILE and names[:-1] in found}
    found = {folder for folder in found if not any(folder[:depth] in charts for depth in range(len(folder)))}
    chosen: dict[tuple[str, ...], list[str]] = {folder: [] for folder in sorted(found)}
    for names in known:
        unit = next((names[:depth] for depth in range(len(names) - 1, -1, -1) if names[:depth] in found), None)
        if unit is not None and is_manifest(names[-1]) and not any(map(is_hidden, names[len(unit) :])):
            chosen[unit].append("/".join(names))
    return {"/".join(unit) or ROOT: tuple(sorted(paths)) for unit, paths in chosen.items() if paths}


def unmatched(found: Iterable[str], patterns: Sequence[str]) -> tuple[str, ...]:
    """The patterns that match none of the units."""
    folders = [() if unit == ROOT else tuple(unit.split("/")) for unit in found]
    return tuple(pattern for pattern in patterns if not any(map(Patterns((pattern,)).matches, folders)))


def stream(files: Mapping[str, bytes]) -> bytes:
    """The text of a unit: its files in the order of their paths, each behind `--- # file: PATH`.

    Raises:
        NotTextError: A file is no text.
    """
    return b"".join(_part(path, files[path]) for path in sorted(files))


def _part(path: str, content: bytes) -> bytes:
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise NotTextError(f"{path}, line {line}, is no UTF-8 text; save it as UTF-8") from None
    end = b"" if not content or content.endswith(b"\n") else b"\n"
    return b"--- # file: " + path.encode() + b"\n" + content.removeprefix(_BOM) + end


def file_and_line(text: str, line: int) -> tuple[str, int] | None:
    """Which file a line of a unit's text is from, and its number there; None when the text is not made of files.

    Args:
        line: From 1.
    """
    found = None
    for path, here in _heads(text):
        if found and here >= line:
            break  # what is wrong at the end of a file is found on the line behind it
        found = path, max(1, line - here)
    return found


def _heads(text: str) -> Iterator[tuple[str, int]]:
    counted, line = 0, 1
    for match in _HEAD.finditer(text):
        line += text.count("\n", counted, match.start())
        counted = match.start()
        yield match[1], line
