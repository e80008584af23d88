"""``python -m toolchain.release.stamp VERSION``: write a number into a checkout, and into what repeats it."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from toolchain.release.errors import ReleaseError
from toolchain.release.version import Version, parse

SOURCE: Final = "src/vidra/__init__.py"
_ASSIGNED: Final = re.compile(r'^__version__ = "([^"]+)"$', re.MULTILINE)
_REPEATED: Final = (SOURCE, "Dockerfile", "README.md", "charts/vidra/Chart.yaml", "docs/guides/*.md", "docs/index.md")
"""What names the current version, and no other version of Vidra by the same number."""


def current(root: Path) -> Version:
    """Return the version of a checkout.

    Raises:
        ReleaseError: It has none.
    """
    found = _ASSIGNED.search((root / SOURCE).read_text(encoding="utf-8"))
    if not found:
        raise ReleaseError(f"{SOURCE} names no version.")
    return parse(found.group(1))


def stamp(root: Path, version: Version) -> None:
    """Give a checkout another version.

    Raises:
        ReleaseError: It has none so far.
    """
    before = current(root)
    for file in _files(root):
        text = file.read_text(encoding="utf-8")
        changed = _renumbered(_renumbered(text, before.python, version.python), before.semantic, version.semantic)
        if changed != text:
            file.write_text(changed, encoding="utf-8")


def stamp_image(root: Path, repository: str) -> None:
    """Let the chart say where the image is, so that nobody else has to."""
    values = root / "charts/vidra/values.yaml"
    text, empty = values.read_text(encoding="utf-8"), '      repository: ""\n'
    if text.count(empty) != 1:
        raise ReleaseError("charts/vidra/values.yaml names an image already, or none at all.")
    values.write_text(text.replace(empty, f"      repository: {repository}\n"), encoding="utf-8")


def _files(root: Path) -> Iterator[Path]:
    for pattern in _REPEATED:
        yield from sorted(root.glob(pattern))


def _renumbered(text: str, old: str, new: str) -> str:
    """Only where the whole number stands: 1.2.3 is no part of 11.2.3 or 1.2.3.4."""
    return re.sub(rf"(?<![\w.]){re.escape(old)}(?![\w]|\.\d|-\w)", new, text)


if __name__ == "__main__":
    stamp(Path.cwd(), parse(sys.argv[1]))
