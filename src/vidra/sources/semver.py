"""Semantic versions and ranges of them, as Helm and Flux read them (github.com/Masterminds/semver v3): pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

import msgspec

_NUMBER = r"(0|[1-9]\d{0,18}|[xX*])"
_REST = r"(?:-([0-9A-Za-z.-]+))?(?:\+([0-9A-Za-z.-]+))?"
_PARTIAL = re.compile(rf"v?{_NUMBER}(?:\.{_NUMBER})?(?:\.{_NUMBER})?{_REST}")
_OPERATOR = re.compile(r"=<|=>|>=|<=|!=|~>|[=<>~^]?")
_HYPHEN = re.compile(r"(?<!\S)(\S+)\s+-\s+(\S+)")
LONGEST = 256
"""Characters of a version or range."""


class Version(msgspec.Struct, frozen=True):
    """A version; metadata behind `+` does not count."""

    numbers: tuple[int, int, int]
    pre: str = ""

    def key(self) -> tuple[object, ...]:
        """What versions are ordered by: numbers, then no pre-release after all of them."""
        parts = (_identifier(part) for part in self.pre.split(".")) if self.pre else ()
        return (*self.numbers, not self.pre, *parts)


def _identifier(part: str) -> tuple[bool, int, str]:
    return (False, int(part), "") if part.isascii() and part.isdigit() else (True, 0, part)


def read_version(text: str) -> Version | None:
    """A version, with or without `v`, whose last numbers may be missing; None for anything else."""
    match = _PARTIAL.fullmatch(text) if len(text) <= LONGEST else None
    if match is None or any(part in _WILD for part in match.group(1, 2, 3) if part):
        return None
    major, minor, patch = (int(part or 0) for part in match.group(1, 2, 3))
    return Version((major, minor, patch), match[4] or "")


_WILD = frozenset("xX*")


class _Term(msgspec.Struct, frozen=True):
    """One comparison: `>=1.2`."""

    holds: Callable[[Version, _Term], bool]
    version: Version
    given: int
    """How many of the numbers are given; 3: all."""

    @property
    def partial(self) -> bool:
        return self.given < 3


class Range(msgspec.Struct, frozen=True):
    """Which versions are meant."""

    groups: tuple[tuple[_Term, ...], ...]

    def holds(self, version: Version) -> bool:
        """Whether a version is in it; pre-releases only where the range names one."""
        return any(
            (not version.pre or any(term.version.pre for term in group))
            and all(term.holds(version, term) for term in group)
            for group in self.groups
        )


def read_range(text: str) -> Range:
    """A range: `^1.2`, `~1.4`, `>=1.0, <2`, `1.x || 3.1 - 3.4`.

    Raises:
        ValueError: It is none.
    """
    if len(text) > LONGEST:
        raise ValueError("it is too long for a range of versions")
    return Range(tuple(_group(part) for part in text.split("||")))


def newest(names: Iterable[str], wanted: Range) -> str | None:
    """The name of the highest version in a range; None when none is."""
    versions = [(version, name) for name in names if (version := read_version(name)) and wanted.holds(version)]
    return max(versions, key=lambda found: (found[0].key(), found[1]))[1] if versions else None


def _group(text: str) -> tuple[_Term, ...]:
    rest = _HYPHEN.sub(r">=\1 <=\2", text).replace(",", " ").strip()
    terms: list[_Term] = []
    while rest:
        operator = _OPERATOR.match(rest)
        symbol = operator[0] if operator else ""
        match = _PARTIAL.match(rest := rest[len(symbol) :].lstrip())
        if match is None or (match.end() < len(rest) and not rest[match.end()].isspace()):
            raise ValueError(f"{text.strip()!r} is no range of versions; write `^1.2`, `~1.4` or `>=1.0, <2`")
        terms.append(_term(symbol, match))
        rest = rest[match.end() :].lstrip()
    if not terms:
        raise ValueError("a range of versions is empty; `*` is any version")
    return tuple(terms)


def _term(symbol: str, match: re.Match[str]) -> _Term:
    given = next((place for place in range(3) if (match[place + 1] or "x") in _WILD), 3)
    major, minor, patch = (int(match[place + 1]) if place < given else 0 for place in range(3))
    return _Term(_HOLDS[symbol], Version((major, minor, patch), match[4] or ""), given)


def _equal(version: Version, term: _Term) -> bool:
    return _tilde(version, term) if term.partial else version.key() == term.version.key()


def _unequal(version: Version, term: _Term) -> bool:
    given = term.given
    return version.numbers[:given] != term.version.numbers[:given] or (
        given == 3 and version.key() != term.version.key()
    )


def _greater(version: Version, term: _Term) -> bool:
    if not term.partial:
        return version.key() > term.version.key()
    return version.numbers[: term.given] > term.version.numbers[: term.given]


def _at_most(version: Version, term: _Term) -> bool:
    if not term.partial:
        return version.key() <= term.version.key()
    return version.numbers[: term.given] <= term.version.numbers[: term.given]


def _tilde(version: Version, term: _Term) -> bool:
    if version.key() < term.version.key():
        return False
    anything = term.given in {0, 3} and term.version == Version((0, 0, 0))
    fixed = min(term.given, 2)
    return anything or version.numbers[:fixed] == term.version.numbers[:fixed]


def _caret(version: Version, term: _Term) -> bool:
    """The same up to the first number that is not 0, or that is not given."""
    first = next((place for place in range(term.given) if term.version.numbers[place]), term.given - 1)
    fixed = max(first + 1, 1) if term.given else 0
    return version.key() >= term.version.key() and version.numbers[:fixed] == term.version.numbers[:fixed]


_HOLDS: dict[str, Callable[[Version, _Term], bool]] = {
    "": _equal,
    "=": _equal,
    "!=": _unequal,
    ">": _greater,
    "<": lambda version, term: version.key() < term.version.key(),
    ">=": lambda version, term: version.key() >= term.version.key(),
    "=>": lambda version, term: version.key() >= term.version.key(),
    "<=": _at_most,
    "=<": _at_most,
    "~": _tilde,
    "~>": _tilde,
    "^": _caret,
}
