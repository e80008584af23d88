"""Which syncs an event of Infrahub concerns: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import msgspec

from vidra.api.sync import InfrahubSync
from vidra.controllers.credentials import normal


class ArtifactEvent(msgspec.Struct, frozen=True):
    """An artifact is new, or has another text."""

    branch: str
    artifact: str
    """Its id."""
    checksum: str
    """Of the new text; empty when it is not told."""
    infrahubs: frozenset[str] = frozenset()
    """Addresses of which one sent it; empty: any may have."""


def concerned(event: ArtifactEvent, syncs: Iterable[InfrahubSync], knowing: Collection[str]) -> list[str]:
    """Names of the syncs that have to ask: those that know the artifact; if none does, all that might list it.

    Args:
        knowing: Names of the syncs that have a VidraResource of the artifact.
    """
    infrahubs = {normal(url) for url in event.infrahubs}
    there = [sync.metadata.name for sync in syncs if _may_list(sync, event.branch, infrahubs)]
    return [name for name in there if name in knowing] or there


def _may_list(sync: InfrahubSync, branch: str, infrahubs: Collection[str]) -> bool:
    """Whether what a sync reads is in this branch of one of these Infrahubs, as it is now."""
    source = sync.spec.source
    return (
        source.target_branch == branch
        and not (source.target_date or "").strip()
        and not sync.spec.suspend
        and not sync.metadata.deletion_timestamp
        and (not infrahubs or normal(source.infrahub_api_url) in infrahubs)
    )
