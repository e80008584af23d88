"""A change of an object as lines of a unified diff of YAML: pure."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import Any

from vidra.manifests.write import write
from vidra.views.object_diff import ObjectDiff


def unified(change: ObjectDiff, *, context: int = 3) -> list[str]:
    """The lines of one object.

    Args:
        context: Lines around each difference.
    """
    return list(
        difflib.unified_diff(
            *(_yaml(change.before), _yaml(change.after)),
            *(_label(change.before, "live", change.title), _label(change.after, "after", change.title)),
            lineterm="",
            n=context,
        )
    )


def sides(change: ObjectDiff) -> tuple[tuple[str, Sequence[dict[str, Any]]], tuple[str, Sequence[dict[str, Any]]]]:
    """The text before and after, as the lines of the diff count them, each with its managedFields."""
    before, after = ("\n".join(_yaml(side)) for side in (change.before, change.after))
    return (before, change.managed[0]), (after, change.managed[1])


def _label(side: dict[str, Any] | None, word: str, title: str) -> str:
    return f"{word}: {title}" if side is not None else "/dev/null"


def _yaml(side: dict[str, Any] | None) -> list[str]:
    return write([side]).removeprefix("---\n").splitlines() if side is not None else []
