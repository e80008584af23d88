"""What people call a source and its units."""

from __future__ import annotations

from typing import NamedTuple


class Words(NamedTuple):
    """What people call a source and its units."""

    unit: str
    asking: str
    incomplete: str
    empty: str


FOLDERS = Words(
    "folder", "reading the source", "the list of the source is incomplete", "the source has no such folder: check paths"
)
