"""Which syncs a push to a Git repository concerns: pure."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vidra.api.sources import GitSource
from vidra.api.sync import Sync
from vidra.sources.credentials import source_place
from vidra.sources.git.url import same_repository

BRANCHES, TAGS = "refs/heads/", "refs/tags/"


class PushEvent(msgspec.Struct, frozen=True):
    """A ref of a repository is another commit now."""

    urls: frozenset[str]
    """Addresses of the repository, as its server writes them."""
    ref: str
    """`refs/heads/main`; of a created branch or tag, some servers give the name alone."""
    below: tuple[str, ...] = ()
    """Starts of addresses of which the sender may tell; empty: of any."""


def pushed_to(event: PushEvent, syncs: Iterable[Sync]) -> list[str]:
    """Keys of the syncs that have to poll."""
    return [
        sync.key
        for sync in syncs
        if sync.source.git
        and not sync.spec.suspend
        and not sync.metadata.deletion_timestamp
        and _reads(sync.source.git, event)
    ]


def _reads(source: GitSource, event: PushEvent) -> bool:
    return (
        any(same_repository(source.url, url) for url in event.urls)
        and _may_tell(source, event.below)
        and _may_move(source, event.ref)
    )


def _may_tell(source: GitSource, below: Iterable[str]) -> bool:
    """Whether the sender's key is for this repository."""
    starts = [place for text in below if (place := source_place(text))]
    place = source_place(source.url)
    return not below or (place is not None and any(start.covers(place) for start in starts))


def _may_move(source: GitSource, ref: str) -> bool:
    """Whether another commit at a ref may be another revision of the source."""
    if source.commit:
        return False
    if source.branch:
        return ref in {source.branch, f"{BRANCHES}{source.branch}"}
    if source.tag:
        return ref in {source.tag, f"{TAGS}{source.tag}"}
    if source.semver:
        return not ref.startswith(BRANCHES)
    return ref == source.ref if source.ref else not ref.startswith(TAGS)
