"""How long a deletion may still take: pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from vidra.api.resource import VidraResource
from vidra.api.times import duration_or

USUAL = timedelta(minutes=5)


def time_left(resource: VidraResource, now: datetime) -> float:
    """Seconds until a deletion ends, whatever is left by then; negative when that was before now."""
    since = datetime.fromisoformat(resource.metadata.deletion_timestamp or now.isoformat())
    return (since + duration_or(resource.spec.deletion_timeout, USUAL) - now).total_seconds()
