"""Which syncs an event of Infrahub concerns: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

import msgspec

from vidra.api.sync import InfrahubSync
from vidra.api.times import parse_target_date
from vidra.controllers.sync.source.credentials import normal


class ArtifactEvent(msgspec.Struct, frozen=True):
    """An artifact is new, or has another text."""

    branch: str
    artifact: str
    """Its id."""
    checksum: str
    """Of the new text; empty when it is not told."""
    infrahubs: frozenset[str] = frozenset()
    """Addresses of which one sent it; empty: any may have."""


def concerned(
    event: ArtifactEvent, syncs: Iterable[InfrahubSync], knowing: Collection[str], now: datetime
) -> list[str]:
    """Names of the syncs that have to ask.

    An event does not tell the name of the artifact. Who knows the artifact tells its name, and with it all syncs of
    that name; an artifact that nobody knows may be anybody's.

    Args:
        knowing: Names of the syncs that have a VidraResource of the artifact.
    """
    infrahubs = {normal(url) for url in event.infrahubs}
    everybody = list(syncs)
    artifacts = {sync.spec.source.artifact for sync in everybody if sync.metadata.name in knowing}
    return [
        sync.metadata.name
        for sync in everybody
        if _may_list(sync, event.branch, infrahubs, now) and (not artifacts or sync.spec.source.artifact in artifacts)
    ]


def _may_list(sync: InfrahubSync, branch: str, infrahubs: Collection[str], now: datetime) -> bool:
    """Whether what a sync reads is in this branch of one of these Infrahubs, as it is now."""
    source = sync.spec.source
    return (
        source.target_branch == branch
        and not _is_past(source.target_date or "", now)
        and not sync.spec.suspend
        and not sync.metadata.deletion_timestamp
        and (not infrahubs or normal(source.infrahub_api_url) in infrahubs)
    )


def _is_past(date: str, now: datetime) -> bool:
    """Whether a sync is bound to a moment that nothing changes any more; what is no date reads nothing either."""
    try:
        moment = parse_target_date(date, now)
    except ValueError:
        return True
    return moment is not None and moment < now
