"""Durations and dates as people write them: Go durations, RFC 3339, and moments relative to now."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal

_NUMBER = r"(?:\d+\.?\d*|\.\d+)"
_GO_UNITS = {"ns": "1e-9", "us": "1e-6", "µs": "1e-6", "μs": "1e-6", "ms": "1e-3", "s": "1", "m": "60", "h": "3600"}
_LONG_UNITS = {"s": "1", "m": "60", "h": "3600", "d": "86400", "w": "604800"}
_GO_STEP = re.compile(rf"({_NUMBER})(ns|us|µs|μs|ms|s|m|h)", re.ASCII)
_GO_DURATION = re.compile(rf"[+-]?(?:0|(?:{_GO_STEP.pattern})+)", re.ASCII)
# Infrahub also spells units out, and Vidra 0.0.6 passed on any text.
_LONG_STEP = re.compile(
    rf"({_NUMBER})(weeks?|w|days?|d|hours?|h|min|minutes?|m|seconds?|sec|s)", re.ASCII | re.IGNORECASE
)
_RELATIVE = re.compile(rf"(?:now)?([+-])?((?:{_LONG_STEP.pattern})+)", re.ASCII | re.IGNORECASE)
_ABSOLUTE = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:[Zz]|[+-]\d{2}:\d{2})?)?", re.ASCII
)
_GO_LIMIT = Decimal(2**63 - 1) / 10**9
"""Seconds; Go counts nanoseconds in 64 bits."""
_SHOWN = 64
"""Characters of a bad text that a message repeats."""


DELETION_TIMEOUT = timedelta(minutes=5)
"""For a deletion whose `deletionTimeout` says nothing else."""

SHORTEST_INTERVAL = timedelta(seconds=1)
"""More frequent polls would only load the server."""


def parse_duration(text: str) -> timedelta:
    """Read a duration by the rules of Go's time.ParseDuration; below a microsecond it is cut off.

    Raises:
        ValueError: It is none; the message says how one looks.
    """
    if not _GO_DURATION.fullmatch(text):
        raise ValueError(
            f"{_quoted(text)} is not a duration: write numbers with their units (ms, s, m, h), such as 30s, 5m or 1h30m"
        )
    seconds = _seconds(_GO_STEP, _GO_UNITS, text)
    if seconds > _GO_LIMIT:
        raise ValueError(f"{_quoted(text)} is too long for a duration: the longest is about 2562047h")
    length = timedelta(microseconds=int(seconds * 10**6))
    return -length if text.startswith("-") else length


def parse_interval(text: str) -> timedelta:
    """Read a Go duration that can be waited for again and again: a second at least.

    Raises:
        ValueError: It is no duration, or too short.
    """
    interval = parse_duration(text)
    if interval < SHORTEST_INTERVAL:
        raise ValueError(f"{_quoted(text)} is shorter than 1s: an interval such as 30s, 5m or 1h30m is needed")
    return interval


def duration_or(text: str | None, usual: timedelta) -> timedelta:
    """Read a Go duration; the usual one where there is none, or none that can be read."""
    try:
        return parse_duration(text) if text else usual
    except ValueError:
        return usual


def deletion_time_left(deleted_at: str | None, timeout: str | None, now: datetime) -> timedelta:
    """How long a deletion may still take; less than nothing when it should have ended before now.

    Args:
        deleted_at: Time of the deletion, as in `deletionTimestamp`; None: not deleted yet.
        timeout: `deletionTimeout`.
    """
    since = datetime.fromisoformat(deleted_at) if deleted_at else now
    return since + duration_or(timeout, DELETION_TIMEOUT) - now


def parse_target_date(text: str, now: datetime) -> datetime | None:
    """Read a moment, absolute or relative to now; None means the newest data.

    A relative one without a sign lies in the past, and a date without a time means noon, both as Infrahub reads them.
    A time without an offset is UTC.

    Raises:
        ValueError: It is no moment; the message says how one looks.
    """
    text = text.strip()
    if not text:
        return None
    try:
        return _moment(text, now).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"{_quoted(text)} is not a date: write RFC 3339 (2025-01-31T12:00:00Z), "
            "or relative to now with the units s, m, h, d, w (now-2h, -2d)"
        ) from error


def rfc3339(moment: datetime) -> str:
    """Write an aware moment as Kubernetes does: UTC, whole seconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def micro_time(moment: datetime) -> str:
    """Write an aware moment as metav1.MicroTime: UTC, with microseconds."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _moment(text: str, now: datetime) -> datetime:
    if text.lower() == "now":
        return now
    if relative := _RELATIVE.fullmatch(text):
        distance = timedelta(seconds=float(_seconds(_LONG_STEP, _LONG_UNITS, relative[2])))
        return now + distance if relative[1] == "+" else now - distance
    if not _ABSOLUTE.fullmatch(text):
        raise ValueError("neither relative nor absolute")
    moment = datetime.fromisoformat(text.upper() if len(text) > len("2025-01-31") else f"{text}T12:00:00Z")
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _seconds(step: re.Pattern[str], units: dict[str, str], text: str) -> Decimal:
    """The sum of the steps; a unit that is spelled out counts by its first letter."""
    found = ((number, unit if unit in units else unit[0].lower()) for number, unit in step.findall(text))
    return sum((Decimal(number) * Decimal(units[unit]) for number, unit in found), Decimal())


def _quoted(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…")
