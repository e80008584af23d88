"""A change of an object as a unified diff, for a terminal."""

from __future__ import annotations

from vidra.cli.terminal import printable
from vidra.views.object_diff import ObjectDiff
from vidra.views.unified_diff import unified as lines_of


def unified(change: ObjectDiff) -> str:
    """The lines of one object."""
    return "\n".join(printable(line) for line in lines_of(change))
