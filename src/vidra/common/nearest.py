"""The name that somebody may have meant, of those that there are."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import SequenceMatcher
from itertools import islice

ALIKE = 0.7
"""The least likeness, from 0 to 1: two letters of seven may be wrong."""
MOST = 2_000
"""Names that are compared; a foreign list may be longer."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known name that is most like a word, apart from upper and lower case; empty when none is, or it is known."""
    names = sorted(set(islice(known, MOST)))
    if word in names:
        return ""
    likeness = {name: _likeness(word.casefold(), name.casefold()) for name in names}
    best = max(names, key=likeness.__getitem__, default="")
    return best if best and likeness[best] >= ALIKE else ""


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """The question for the end of a message, `; did you mean "main"?`; empty when nothing is near."""
    found = nearest(word, known)
    return f'; did you mean "{found}"?' if found else ""


def _likeness(one: str, other: str) -> float:
    """From 0 to 1. What cannot be alike, by its length, is not compared."""
    if one == other:
        return 1.0
    if len(one) == len(other) > 2 and _one_slip(one, other):
        return 0.95
    if 2 * min(len(one), len(other)) < ALIKE * (len(one) + len(other)):
        return 0.0
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def _one_slip(one: str, other: str) -> bool:
    """Whether one letter is another, or two neighbours have changed places: in a short word that is much of it."""
    wrong = [number for number, pair in enumerate(zip(one, other, strict=True)) if pair[0] != pair[1]]
    if len(wrong) == 2:
        first, second = wrong
        return second == first + 1 and one[first] == other[second] and one[second] == other[first]
    return len(wrong) == 1
