"""How long a deletion may still take: pure."""

from __future__ import annotations

from datetime import datetime, timedelta

from vidra.api.resource import VidraResource
from vidra.api.times import duration_or

GRACE = timedelta(seconds=30)
"""For custom resources to leave before what may serve them, where finalizers are not waited for otherwise."""
USUAL = timedelta(minutes=5)


def time_left(resource: VidraResource, now: datetime) -> float:
    """Seconds until a deletion ends, whatever is left by then; negative when that was before now."""
    since = datetime.fromisoformat(resource.metadata.deletion_timestamp or now.isoformat())
    return (since + duration_or(resource.spec.deletion_timeout, USUAL) - now).total_seconds()


def grace_of(resource: VidraResource, now: datetime) -> float:
    """Seconds for which custom resources are waited for, so that there is time left for the rest of the objects."""
    timeout = duration_or(resource.spec.deletion_timeout, USUAL)
    return min(GRACE, timeout / 2).total_seconds() if time_left(resource, now) > 0 else 0.0
