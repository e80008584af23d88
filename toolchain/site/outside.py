"""Links that lead out of ``docs/``: what they lead to becomes a page, so that the site needs no repository."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

_LINK: Final = re.compile(r"(?<=\]\()(?P<path>[^)\s#:]+)(?P<anchor>#[^)\s]*)?(?=\))")
_FENCE: Final = re.compile(r"^ *```", re.MULTILINE)
_HOME: Final = {"README.md": "index.md", "docs/README.md": "index.md"}
"""Pages that stand in for what the repository shows first."""
_PLACE: Final = "repository"
"""Folder of the site for what lies beside ``docs/``."""


def page_of(path: str) -> str:
    """Return the page of the site that shows a file or folder of the repository."""
    if path in _HOME:
        return _HOME[path]
    if path.startswith("docs/"):
        return path.removeprefix("docs/")
    return f"{_PLACE}/{path.removesuffix('.md')}.md"


def outside(at: str, text: str) -> Iterator[str]:
    """Give the paths beside ``docs/`` that a page links to.

    Args:
        at: Path of the page in the repository.
        text: Its Markdown.
    """
    for prose in _prose(text):
        for link in _LINK.finditer(prose):
            path = _resolved(at, link["path"])
            if not path.startswith(("docs/", "..")) and path not in _HOME:
                yield path


def relinked(at: str, text: str) -> str:
    """Return the page with its links as they are on the site."""
    here = posixpath.dirname(page_of(at))

    def to(link: re.Match[str]) -> str:
        page = page_of(_resolved(at, link["path"]))
        return posixpath.relpath(page, here or ".") + (link["anchor"] or "")

    return _outside_of_code(text, lambda prose: _LINK.sub(to, prose))


def as_page(root: Path, path: str) -> str:
    """Return the Markdown of a page that shows a file, or the files of a folder.

    Raises:
        FileNotFoundError: There is no such path.
    """
    place = root / path
    if place.suffix == ".md":
        return relinked(path, place.read_text(encoding="utf-8"))
    files = sorted(file for file in place.rglob("*") if file.is_file()) if place.is_dir() else [place]
    shown = (f"## {file.relative_to(place)}\n\n{_code(file)}" if place.is_dir() else _code(file) for file in files)
    return f"# {path}\n\n" + "\n\n".join(shown) + "\n"


def _code(file: Path) -> str:
    return f"~~~~ {file.suffix.removeprefix('.')}\n{file.read_text(encoding='utf-8').rstrip()}\n~~~~"


def _resolved(at: str, link: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(at), link))


def _prose(text: str) -> list[str]:
    return _FENCE.split(text)[::2]


def _outside_of_code(text: str, change: Callable[[str], str]) -> str:
    """Change what stands between fences, and leave what they enclose."""
    parts = re.split(r"(^ *```)", text, flags=re.MULTILINE)
    inside, out = False, []
    for part in parts:
        if part.strip() == "```" and _FENCE.match(part):
            inside = not inside
        out.append(part if inside else change(part))
    return "".join(out)
