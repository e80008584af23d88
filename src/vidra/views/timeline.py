"""From data to healthy: the newest texts of a sync or VidraResource, each with its times and durations. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from vidra.api.conditions import ConditionType, find
from vidra.api.delivery import TextDelivery
from vidra.api.resource import VidraResource
from vidra.views.status_rows import shortened

MOST = 200
"""Texts that are shown."""


class Text(msgspec.Struct, frozen=True, rename="camel", omit_defaults=True):
    """A text in one VidraResource."""

    resource: str
    unit: str
    """Id of the artifact, or path of the folder; empty when a person wrote the text."""
    server: str
    checksum: str
    revision: str
    seen: str
    """RFC 3339, as the following."""
    applied: str = ""
    healthy: str = ""
    until_applied: float | None = None
    """Seconds since it was seen; None: it is not yet."""
    until_healthy: float | None = None
    waits: str = ""
    """Why it is not healthy yet; empty when a newer text took its place."""


class Spread(msgspec.Struct, frozen=True):
    """How long texts took, in seconds."""

    texts: int
    half: float
    """Within so long half of them did."""
    most: float
    """95 of 100."""


class Timeline(msgspec.Struct, frozen=True, rename="camel"):
    """The answer."""

    texts: tuple[Text, ...]
    """The newest first."""
    left_out: int
    applied: Spread | None
    healthy: Spread | None
    unknown: int
    """VidraResources of which no time is known: nothing new was applied since versions that note none."""


def timeline(resources: Iterable[VidraResource]) -> Timeline:
    """The newest texts of some VidraResources."""
    items = list(resources)
    texts = [text for item in items for text in _texts(item)]
    texts.sort(key=lambda text: text.seen, reverse=True)
    return Timeline(
        texts=tuple(texts[:MOST]),
        left_out=max(len(texts) - MOST, 0),
        applied=_spread([text.until_applied for text in texts if text.until_applied is not None]),
        healthy=_spread([text.until_healthy for text in texts if text.until_healthy is not None]),
        unknown=sum(not item.status.deliveries for item in items),
    )


def _texts(resource: VidraResource) -> list[Text]:
    return [_text(resource, each, newest=not place) for place, each in enumerate(resource.status.deliveries)]


def _text(resource: VidraResource, found: TextDelivery, *, newest: bool) -> Text:
    content = resource.spec.content
    ready = find(resource.status.conditions, ConditionType.READY)
    waits = f"{ready.reason}: {ready.message}" if ready and ready.status != "True" else ""
    return Text(
        resource=resource.metadata.name,
        unit=content.artifact_id if content else "",
        server=resource.spec.destination.server or "",
        checksum=found.checksum,
        revision=found.revision,
        seen=found.seen,
        applied=found.applied,
        healthy=found.healthy,
        until_applied=_seconds(found.seen, found.applied),
        until_healthy=_seconds(found.seen, found.healthy),
        waits=shortened(waits or "its objects are not healthy yet") if newest and not found.healthy else "",
    )


def _seconds(start: str, end: str) -> float | None:
    try:
        return max((datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds(), 0)
    except ValueError:
        return None


def _spread(seconds: Sequence[float]) -> Spread | None:
    if not seconds:
        return None
    ordered = sorted(seconds)
    return Spread(len(ordered), _within(ordered, 50), _within(ordered, 95))


def _within(ordered: Sequence[float], percent: int) -> float:
    """The smallest that so many are not above."""
    return ordered[max(-(-len(ordered) * percent // 100) - 1, 0)]
