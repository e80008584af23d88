"""Notes when the newest texts of a VidraResource arrived, were applied, and were healthy: pure.

Invariant: it is noted only in a status that is written anyway, and a time that was noted stays.
"""

from __future__ import annotations

from datetime import datetime

import msgspec

from vidra.api.delivery import TextDelivery
from vidra.api.health import Status
from vidra.api.resource import ResourceStatus, VidraResource
from vidra.api.times import rfc3339
from vidra.controllers.resource.checksum import checksum_of

KEPT = 5
"""Texts that a status remembers."""


def deliveries(
    resource: VidraResource, after: ResourceStatus, now: datetime, seen: datetime | None
) -> tuple[TextDelivery, ...]:
    """The texts of a VidraResource with their times, the newest first.

    Args:
        after: What the status will say otherwise.
        seen: When the source was asked for the present text, if that is remembered.
    """
    before, checksum = resource.status.deliveries, checksum_of(resource)
    if resource.metadata.deletion_timestamp:
        return before
    text, *earlier = before or (TextDelivery(""),)
    if text.checksum != checksum:
        if checksum == resource.status.applied_checksum:
            return before  # applied by a version that noted no times: nothing is known of them
        earlier = list(before)
        content = resource.spec.content
        text = TextDelivery(checksum, content.revision if content else "", rfc3339(seen or now))
    return (_further(text, after, now), *earlier)[:KEPT]


def _further(text: TextDelivery, after: ResourceStatus, now: datetime) -> TextDelivery:
    if after.applied_checksum != text.checksum:
        return text
    healthy = text.healthy or (rfc3339(now) if after.health is Status.CURRENT else "")
    return msgspec.structs.replace(text, applied=text.applied or rfc3339(now), healthy=healthy)
