"""How long a deletion may still take: pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from vidra.api.resource import VidraResource
from vidra.api.times import parse_duration

USUAL = timedelta(minutes=5)


def time_left(resource: VidraResource, now: datetime) -> float:
    """Seconds until a deletion ends, whatever is left by then; negative when that was before now."""
    since = datetime.fromisoformat(resource.metadata.deletion_timestamp or now.isoformat())
    return (since + _timeout(resource.spec.deletion_timeout) - now).total_seconds()


def _timeout(text: str | None) -> timedelta:
    """What the spec says; what cannot be read must not keep a deletion from ending."""
    try:
        return parse_duration(text) if text else USUAL
    except ValueError:
        return USUAL
