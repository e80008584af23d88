"""Lists, numbers and commands in sentences."""

from __future__ import annotations

import shlex
from collections.abc import Sequence


def limited(items: Sequence[object], limit: int, *, separator: str = ", ", last: str = " and ") -> str:
    """The first items of a list, and how many more there are: `a, b and 3 more`.

    Args:
        limit: How many are named.
        separator: Between two items.
        last: Before the number of those that are not named.
    """
    named = separator.join(map(str, items[:limit]))
    left = len(items) - limit
    return f"{named}{last}{left} more" if left > 0 else named


def limited_sentences(sentences: Sequence[object], limit: int) -> str:
    """The same for items that are too long for commas: `a is gone; b is away; and 3 more`."""
    return limited(sentences, limit, separator="; ", last="; and ")


def counted(number: int, what: str) -> str:
    """1 object, 2 objects."""
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def command_line(*words: str) -> str:
    """A command to copy into a shell. Invariant: no word of it does anything but be a word, whoever wrote it."""
    return shlex.join(words)
