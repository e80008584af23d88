"""Which syncs an event of Infrahub concerns: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from vidra.api.sources import InfrahubSource
from vidra.api.sync import Sync
from vidra.api.times import parse_target_date
from vidra.controllers.sync.webhooks.push import PushEvent
from vidra.sources.infrahub.credentials import normal


class ArtifactEvent(msgspec.Struct, frozen=True):
    """An artifact is new, has another text, or was deleted."""

    branch: str
    artifact: str
    """Its id."""
    checksum: str
    """Of the new text; empty when the event does not contain it."""
    infrahubs: frozenset[str] = frozenset()
    """Addresses of the Infrahub that sent it; empty: any may have."""
    deleted: bool = False


SourceEvent = ArtifactEvent | PushEvent
"""What a source may call about."""


def concerned(event: ArtifactEvent, syncs: Iterable[Sync], knowing: Collection[str], now: datetime) -> list[str]:
    """Names of the syncs that have to poll.

    An event does not contain the name of the artifact. A sync that has the artifact knows its name, and all syncs with
    that name are concerned. If no sync has the artifact, all may be concerned; none when it was deleted.

    Args:
        knowing: Names of the syncs that have a VidraResource of the artifact.
    """
    infrahubs = {normal(url) for url in event.infrahubs}
    everybody = list(syncs)
    artifacts = {of.artifact for sync in everybody if sync.key in knowing and (of := sync.source.infrahub)}
    return [
        sync.key
        for sync in everybody
        if any(
            _may_list(sync, of, event.branch, infrahubs, now)
            and (of.artifact in artifacts or (not artifacts and not event.deleted))
            for read in sync.reads
            if (of := read.infrahub)
        )
    ]


def _may_list(sync: Sync, source: InfrahubSource, branch: str, infrahubs: Collection[str], now: datetime) -> bool:
    """Whether a sync reads the current state of this branch, of one of these Infrahubs."""
    return (
        source.target_branch == branch
        and not _is_past(source.target_date or "", now)
        and not sync.spec.suspend
        and not sync.metadata.deletion_timestamp
        and (not infrahubs or normal(source.infrahub_api_url) in infrahubs)
    )


def _is_past(date: str, now: datetime) -> bool:
    """Whether a sync reads a fixed time in the past, which never changes. An invalid date reads nothing either."""
    try:
        moment = parse_target_date(date, now)
    except ValueError:
        return True
    return moment is not None and moment < now
