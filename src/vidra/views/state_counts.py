"""How many resources are in which state: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from vidra.views.resource_tables import ResourceTable

TITLES = ("Ready", "Reason", "Health")
"""Columns that tell a state."""


class StateCount(msgspec.Struct, frozen=True):
    """A state, and how many resources of a kind are in it."""

    kind: str
    ready: str
    """Empty: nobody has looked at them yet."""
    reason: str
    health: str
    number: int


def counts_of(tables: Iterable[ResourceTable]) -> list[StateCount]:
    """Each state that there is, by kind, the most frequent first."""
    found: list[StateCount] = []
    for table in tables:
        counter = Counter(
            tuple(table.cell(row, title) for title in ("Ready", "Reason", "Health")) for row in table.rows
        )
        states = sorted(counter.items(), key=lambda item: (-item[1], item[0]))
        found += [StateCount(table.kind, ready, reason, health, number) for (ready, reason, health), number in states]
    return found
