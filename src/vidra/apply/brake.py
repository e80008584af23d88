"""The brake on pruning: how much one change may take away before somebody has to agree: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from vidra.apply.owner import hashed

ALWAYS_ALLOWED = 10
"""So many may always go: a share of few says little."""


def held(names: Collection[object], total: int, limit: int) -> bool:
    """Whether so many of all are too many to go unasked.

    Args:
        names: What would go.
        total: How many there are, with those that would go.
        limit: Percentage that may go; 100 holds nothing.
    """
    return len(names) > ALWAYS_ALLOWED and len(names) * 100 > limit * total


def set_id(names: Iterable[str]) -> str:
    """What an approval has to name: it stands for this very set, so that no other is approved by it."""
    return hashed("\n".join(sorted(set(names))))[:10]
