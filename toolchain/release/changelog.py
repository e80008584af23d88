"""``python -m toolchain.release.changelog FILE VERSION``: what a version brings, cut from what is unreleased."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Final

from toolchain.release.errors import ReleaseError

_UNRELEASED: Final = "## [Unreleased]\n"
_SECTION: Final = re.compile(r"^## \[([^\]]+)\]", re.MULTILINE)


def cut(text: str, version: str, date: str) -> str:
    """Return the changelog with a section for the version, and an empty one for what comes next.

    Raises:
        ReleaseError: There is nothing unreleased, or the version is there already.
    """
    if version in _SECTION.findall(text):
        raise ReleaseError(f"CHANGELOG.md has {version} already: choose the next number.")
    if not notes(text, "Unreleased"):
        raise ReleaseError("CHANGELOG.md has nothing under Unreleased: there is nothing to release.")
    return text.replace(_UNRELEASED, f"{_UNRELEASED}\n## [{version}] - {date}\n", 1)


def notes(text: str, version: str) -> str:
    """Return what stands below the heading of a version; empty if it has none."""
    parts = _SECTION.split(text)
    sections = dict(zip(parts[1::2], parts[2::2], strict=True))
    return sections.get(version, "").partition("\n")[2].strip()


if __name__ == "__main__":
    sys.stdout.write(notes(Path(sys.argv[1]).read_text(encoding="utf-8"), sys.argv[2]) + "\n")
