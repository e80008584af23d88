"""Chooses a version of a chart: pure."""

from __future__ import annotations

from collections.abc import Iterable

from vidra.api.quoting import one_line
from vidra.api.reasons import Reason
from vidra.common.text import limited
from vidra.sources.protocol import SourceError
from vidra.sources.semver import Range, newest, read_range, read_version

FIELD = "spec.source.helm.version"
_SHOWN = 5


def wanted_range(version: str | None) -> Range:
    """Which versions a spec means; missing: any that is no pre-release.

    Raises:
        SourceError: It is no version, and no range.
    """
    try:
        return read_range(version or "*")
    except ValueError as error:
        raise SourceError(Reason.INVALID_SPEC, f"{FIELD}: {error}") from None


def choose_version(names: Iterable[str], version: str | None, what: str) -> str:
    """The version that a spec means: itself if it is there as it is written, or the highest in a range.

    Args:
        what: The chart, for messages.

    Raises:
        SourceError: None is there.
    """
    known = list(names)
    if version in known:
        return version
    found = newest(known, wanted_range(version))
    if found is not None:
        return found
    parsed = sorted(((read, name) for name in known if (read := read_version(name))), key=lambda item: item[0].key())
    shown = one_line(limited([name for _, name in reversed(parsed)], _SHOWN), 200)
    there = f"; there are {shown}" if shown else ""
    message = f"{what} has no version {version or 'that is no pre-release'}{there}; what is applied stays"
    raise SourceError(Reason.VERSION_NOT_FOUND, message)
