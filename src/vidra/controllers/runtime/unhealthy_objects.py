"""Unhealthy objects of a status, in the words of a message: pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidra.api.health import Status, UnhealthyObject
from vidra.common.text import limited_sentences

NAMED = 3
"""Objects that an Event names."""
SHOWN = 1
"""Objects that the message of something Ready names; it has to fit into a column, and the status lists more."""
ALL_HEALTHY = "every object is healthy again"


def failed(objects: Iterable[UnhealthyObject]) -> tuple[UnhealthyObject, ...]:
    """Those that failed."""
    return tuple(item for item in objects if item.health is Status.FAILED)


def told(objects: Sequence[UnhealthyObject], total: int = 0, *, most: int = NAMED) -> str:
    """Some of them, each with what it says of itself, for a message.

    Args:
        total: How many there are, if these are not all.
        most: How many are named.
    """
    named = [f"{item.object} is {item.health}{f' ({item.message})' if item.message else ''}" for item in objects]
    return limited_sentences([*named, *[""] * (total - len(named))], most)
