"""Durations on a command line."""

from __future__ import annotations

from vidra.api.times import parse_duration
from vidra.cli.exits import Exit, Failure


def seconds_of(text: str) -> float:
    """Seconds of a Go duration.

    Raises:
        Failure: It is none.
    """
    try:
        return parse_duration(text).total_seconds()
    except ValueError as error:
        raise Failure(str(error), Exit.USAGE) from None
