"""Which folders `paths` names: pure.

A pattern is matched name by name on the way down, so that a walk enters only folders that lead to a match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from fnmatch import translate
from functools import lru_cache

LONGEST = 1_024
_ANY = "**"

State = frozenset[tuple[int, int]]
"""Where each pattern stands: its number, and how many of its names are matched."""


class Patterns:
    """The patterns of one source: `*`, `?`, `[a-z]` within a name, `**` for any number of folders.

    Raises:
        ValueError: One of them can match nothing that is inside of the source.
    """

    def __init__(self, texts: Iterable[str]) -> None:
        self._patterns = tuple(_names(text) for text in texts) or ((),)

    def start(self) -> State:
        """Where the patterns stand at the root."""
        return self._closed((number, 0) for number in range(len(self._patterns)))

    def into(self, state: State, name: str) -> State:
        """Where they stand in a folder below; empty when no pattern leads there."""
        return self._closed(
            (number, place if pattern[place] == _ANY else place + 1)
            for number, place in state
            if place < len(pattern := self._patterns[number]) and _matches(pattern[place], name)
        )

    def matched(self, state: State) -> frozenset[int]:
        """The patterns that match here, by number."""
        return frozenset(number for number, place in state if place == len(self._patterns[number]))

    def matches(self, names: Sequence[str]) -> bool:
        """Whether any of them matches a folder."""
        state = self.start()
        for name in names:
            if not (state := self.into(state, name)):
                return False
        return bool(self.matched(state))

    def _closed(self, found: Iterable[tuple[int, int]]) -> State:
        """With what `**` reaches by matching no folder at all."""
        all_: set[tuple[int, int]] = set()
        for number, first in found:
            place = first
            all_.add((number, place))
            while place < len(self._patterns[number]) and self._patterns[number][place] == _ANY:
                place += 1
                all_.add((number, place))
        return frozenset(all_)


def _names(text: str) -> tuple[str, ...]:
    if len(text) > LONGEST or not text.isprintable():
        raise ValueError("a path is too long, or holds a line break or another character that no name has")
    if text.startswith("/"):
        raise ValueError(f"the path {text!r} starts with a slash; write it relative to the root")
    names = tuple(name for name in text.strip().split("/") if name not in {"", "."})
    if ".." in names:
        raise ValueError(f"the path {text!r} leads out of the source with `..`")
    return names


def _matches(pattern: str, name: str) -> bool:
    if name.startswith(".") and not pattern.startswith("."):
        return False  # as in a shell: `*` and `**` do not find what is hidden
    return pattern == _ANY or _expression(pattern).fullmatch(name) is not None


@lru_cache(maxsize=256)
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(translate(pattern))
