"""How Infrahub reads `at`: ISO 8601 in a few forms, a date (noon), or so long ago (`1m`)."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

_AGO = {
    "seconds": re.compile(r"(\d+)(?:s|sec|second|seconds)"),
    "minutes": re.compile(r"(\d+)(?:m|min|minute|minutes)"),
    "hours": re.compile(r"(\d+)(?:h|hour|hours)"),
}
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})?(?:\[[\w/+-]+\])?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_moment(text: str | None) -> datetime:
    """The moment that a request asks for.

    Raises:
        ValueError: Infrahub answers 400 to it.
    """
    if text is None:
        return datetime.now(UTC)
    if (absolute := _absolute(text)) is not None:
        return absolute
    steps = {unit: float(found[1]) for unit, pattern in _AGO.items() if (found := pattern.search(text))}
    if not steps:
        raise ValueError(f"Invalid time format for {text}")
    return datetime.now(UTC) - timedelta(**steps)


def _absolute(text: str) -> datetime | None:
    text = f"{text}T12:00:00Z" if _DATE.fullmatch(text) else text
    if not _ISO.fullmatch(text):
        return None
    try:
        moment = datetime.fromisoformat(text.partition("[")[0])
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
