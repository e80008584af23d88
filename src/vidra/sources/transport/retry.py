"""How long to wait before a request is sent again."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from vidra.common.backoff import Backoff
from vidra.sources.transport.limits import TransportLimits

PASSING = frozenset({429, 500, 502, 503, 504})
"""The statuses after which the same request may get another answer soon."""


def wait_before(attempt: int, limits: TransportLimits, retry_after: float | None) -> float | None:
    """Seconds to wait before attempt 2, 3, …; None when there is to be none.

    Full jitter: syncs that failed together do not come back together.
    """
    if attempt > limits.attempts:
        return None
    if retry_after is not None:
        return retry_after if retry_after <= limits.longest_wait else None
    return Backoff(first=limits.backoff, jitter=1).after(attempt - 1)


def read_retry_after(text: str) -> float | None:
    """Seconds from a `Retry-After` header, which holds seconds or a date; None if it is neither."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
