"""A change of an object as a unified diff of YAML."""

from __future__ import annotations

import difflib
from typing import Any

from vidra.cli.terminal import printable
from vidra.manifests.write import write
from vidra.views.object_diff import ObjectDiff


def unified(change: ObjectDiff) -> str:
    """The lines of one object."""
    lines = difflib.unified_diff(
        *(_yaml(change.before), _yaml(change.after)),
        *(_label(change.before, "live", change.title), _label(change.after, "after", change.title)),
        lineterm="",
    )
    return "\n".join(printable(line) for line in lines)


def _label(side: dict[str, Any] | None, word: str, title: str) -> str:
    return f"{word}: {title}" if side is not None else "/dev/null"


def _yaml(side: dict[str, Any] | None) -> list[str]:
    return write([side]).removeprefix("---\n").splitlines() if side is not None else []
