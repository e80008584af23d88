"""Compares a listing of artifacts with the VidraResources of a sync: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import msgspec

from vidra.api.reasons import Reason
from vidra.api.resource import Content, VidraResource
from vidra.api.sources import InfrahubSource, Words
from vidra.common.text import limited
from vidra.controllers.runtime.context import place_of
from vidra.sources.protocol import Listing, Unit

REMARKS = 5
"""Remarks about a listing that are shown."""


class SyncProblem(msgspec.Struct, frozen=True):
    """Something that a person should know about a sync or one of its artifacts."""

    reason: Reason
    message: str


class Standing(msgspec.Struct, frozen=True):
    """How a stored text stands to what is wanted now."""

    current: bool
    problem: SyncProblem | None = None
    """Why there can be no other text now: what is stored stays."""


class UnitTexts(Protocol):
    """What is known of the texts of units without making them."""

    def standing(self, unit: Unit, place: str, marker: str) -> Standing:
        """How a stored text with a marker stands at a destination; of none the marker is empty."""
        ...


class AsListed:
    """The texts of units that are texts of manifests already."""

    def standing(self, unit: Unit, place: str, marker: str) -> Standing:  # noqa: ARG002 - it is the same everywhere
        """A text is right as long as its marker is that of the unit."""
        return Standing(current=marker == unit.marker)


class Decision(msgspec.Struct, frozen=True):
    """What to do about a listing."""

    listing: Listing
    fetch: tuple[Unit, ...]
    """New, or with another checksum than the stored text."""
    keep: tuple[tuple[Unit, VidraResource], ...]
    """Stored already."""
    remove: tuple[VidraResource, ...]
    """VidraResources of artifacts that are no longer listed."""
    troubles: tuple[SyncProblem, ...]
    complete: bool = True
    """Whether an artifact that is not listed is deleted, as far as a listing can say it."""
    behind: dict[str, tuple[str, ...]] = {}
    """The destinations that do not have the text yet, by artifact to fetch."""


def remark_on(listing: Listing, more: Sequence[str] = ()) -> SyncProblem | None:
    """What a person should know about a listing, although it is no problem of the sync; None when there is nothing.

    If a generation failed in Infrahub, the text is the last good one, and Infrahub reports it until a text changes.

    Args:
        more: Remarks that are not the source's.
    """
    failed = sorted(artifact.id for artifact in listing.units if artifact.failed and artifact.marker is not None)
    if failed:
        message = (
            f"artifact {limited(failed, 1)} could not be generated again: the last good text stays applied, look into "
        )
        return SyncProblem(Reason.GENERATION_FAILED, f"{message}Infrahub's tasks")
    if remarks := (*listing.remarks, *more):
        return SyncProblem(Reason.WARNED, limited(remarks, REMARKS))
    return None


def decide(
    listing: Listing,
    existing: Iterable[VidraResource],
    has: Callable[[Content], bool],
    *,
    allow_empty: bool,
    places: Callable[[str], Sequence[str]] = lambda _: ("",),
    words: Words = InfrahubSource.words,
    asked: str = "",
    date: str = "",
    texts: UnitTexts | None = None,
) -> Decision:
    """Compare a listing with what exists. What may still be wanted stays.

    Args:
        has: Whether a text is still stored.
        texts: What is known of the texts of units; None: they are texts already.
        words: What messages call the source and its units.
        places: The destinations of an artifact; one with an empty name for a sync with one destination.
        asked: What Infrahub was asked for, in words; empty for another source.
        date: The point in time of which it was asked; empty: now.
    """
    texts = texts or AsListed()
    there = {(artifact_of(resource), place_of(resource)): resource for resource in existing}
    troubles: list[SyncProblem] = []
    behind: dict[Unit, tuple[str, ...]] = {}
    keep: list[tuple[Unit, VidraResource]] = []
    for artifact in sorted(listing.units, key=lambda item: item.id):
        # One that is being deleted is recreated when it no longer exists.
        free = [
            (at, there.get((artifact.id, at))) for at in places(artifact.id) if not _goes(there.get((artifact.id, at)))
        ]
        if artifact.marker is None:
            troubles += [_not_generated(artifact)] if free else []
            continue
        late: list[str] = []
        for at, item in free:
            standing = texts.standing(artifact, at, stored_marker(item, has) if item else "")
            if standing.problem is not None:
                troubles.append(standing.problem)
            if item and (standing.current or standing.problem is not None):
                keep.append((artifact, item))
            elif standing.problem is None:
                late.append(at)
        if late:
            behind[artifact] = tuple(late)
    listed = {artifact.id for artifact in listing.units}
    unlisted = tuple(item for (artifact, _), item in there.items() if artifact not in listed and not _goes(item))
    held = _held(listing, unlisted, words, asked, date, allow_empty=allow_empty)
    return Decision(
        listing,
        tuple(behind),
        tuple(keep),
        () if held else unlisted,
        (*dict.fromkeys(troubles), *held),
        not held,
        {artifact.id: late for artifact, late in behind.items()},
    )


def artifact_of(resource: VidraResource) -> str:
    """Id of the artifact of a VidraResource. Vidra 0.0.6 used it as the name."""
    return resource.spec.content.artifact_id if resource.spec.content else resource.metadata.name


def stored_marker(resource: VidraResource, has: Callable[[Content], bool]) -> str:
    """Marker of the stored text; empty if none is stored, or if it is lost or damaged."""
    content = resource.spec.content
    return marker_of(content) if content and has(content) and not is_lost(resource) else ""


def marker_of(content: Content) -> str:
    """The marker under which a text was fetched. That of an artifact of Infrahub is the checksum of its text."""
    return content.marker or content.checksum


def is_lost(resource: VidraResource) -> bool:
    """Whether its stored text was found lost or damaged, and was not stored again since."""
    return any(
        item.reason == Reason.CONTENT_MISSING and item.observed_generation >= resource.metadata.generation
        for item in resource.status.conditions
    )


def is_refused(resource: VidraResource) -> bool:
    """Whether it names a text that it was not given: somebody changed it, or its sync has not sealed it yet."""
    return any(
        item.reason == Reason.CONTENT_REFUSED and item.observed_generation >= resource.metadata.generation
        for item in resource.status.conditions
    )


def _goes(resource: VidraResource | None) -> bool:
    return resource is not None and resource.metadata.deletion_timestamp is not None


def _held(
    listing: Listing, unlisted: tuple[VidraResource, ...], words: Words, asked: str, date: str, *, allow_empty: bool
) -> tuple[SyncProblem, ...]:
    """Why nothing may be removed; empty when it may."""
    if listing.missing:
        message = f"{words.incomplete} ({listing.missing}): nothing is pruned"
        return (SyncProblem(Reason.PARTIAL_RESULT, message),)
    if listing.units or allow_empty:
        return ()
    stay = f"; the {len(unlisted)} that were there stay" if unlisted else ""
    may_go = ", set allowEmpty if they should go" if unlisted else ""
    if listing.left_out:
        others = f"it has {listing.left_out} of that name for others; correct spec.source.targets"
        message = f"Infrahub lists no artifact {asked}: {others}{stay}{may_go}"
    elif not asked:
        message = f"{words.empty}{stay}{may_go}"
    elif date:
        # The date explains it, so nothing else is to be changed, and least of all is everything to be deleted.
        name = f"{listing.hint} Correct artifactName;" if listing.hint else ":"
        message = f"Infrahub lists no artifact {asked}{name} choose a later targetDate, or remove it{stay}"
    else:
        name = f"{listing.hint} Correct artifactName" if listing.hint else ": check artifactName and targetBranch"
        message = f"Infrahub lists no artifact {asked}{name}{stay}{may_go}"
    return (SyncProblem(Reason.EMPTY_RESULT, message),)


def _not_generated(artifact: Unit) -> SyncProblem:
    message = f"artifact {artifact.id} has not been generated yet: generate it in Infrahub, and see there if it fails"
    return SyncProblem(Reason.NOT_GENERATED, message)
