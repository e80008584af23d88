"""Compares a listing of artifacts with the VidraResources of a sync: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from vidra.api.reasons import Reason
from vidra.api.resource import Content, VidraResource
from vidra.common.text import limited
from vidra.controllers.runtime.context import place_of
from vidra.sources.protocol import Artifact, Listing


class SyncProblem(msgspec.Struct, frozen=True):
    """Something that a person should know about a sync or one of its artifacts."""

    reason: Reason
    message: str


class Decision(msgspec.Struct, frozen=True):
    """What to do about a listing."""

    fetch: tuple[Artifact, ...]
    """New, or with another checksum than the stored text."""
    keep: tuple[tuple[Artifact, VidraResource], ...]
    """Stored already."""
    remove: tuple[VidraResource, ...]
    """VidraResources of artifacts that are no longer listed."""
    troubles: tuple[SyncProblem, ...]
    complete: bool = True
    """Whether an artifact that is not listed is deleted, as far as a listing can say it."""
    behind: dict[str, tuple[str, ...]] = {}
    """The destinations that do not have the text yet, by artifact to fetch."""


def remark_on(artifacts: Iterable[Artifact]) -> str:
    """The remark about artifacts whose generation failed in Infrahub; empty when there are none.

    It is no problem of the sync: their texts are the last good ones, and Infrahub reports them until a text changes.
    """
    failed = sorted(artifact.id for artifact in artifacts if artifact.failed and artifact.checksum is not None)
    if not failed:
        return ""
    return (
        f"artifact {limited(failed, 1)} could not be generated anew: the last good text stays applied, look into "
        "Infrahub's tasks"
    )


def decide(
    listing: Listing,
    existing: Iterable[VidraResource],
    has: Callable[[Content], bool],
    *,
    allow_empty: bool,
    places: Sequence[str] = ("",),
    asked: str = "",
    date: str = "",
) -> Decision:
    """Compare a listing with what exists. What may still be wanted stays.

    Args:
        has: Whether a text is still stored.
        places: The destinations of every artifact; one with an empty name for a sync with one destination.
        asked: What was asked for, in words.
        date: The point in time of which it was asked; empty: now.
    """
    there = {(artifact_of(resource), place_of(resource)): resource for resource in existing}
    troubles: list[SyncProblem] = []
    behind: dict[Artifact, tuple[str, ...]] = {}
    keep: list[tuple[Artifact, VidraResource]] = []
    for artifact in sorted(listing.artifacts, key=lambda item: item.id):
        # One that is being deleted is recreated when it no longer exists.
        free = [(at, there.get((artifact.id, at))) for at in places if not _goes(there.get((artifact.id, at)))]
        if artifact.checksum is None:
            troubles += [_not_generated(artifact)] if free else []
            continue
        current = [item for _, item in free if item and stored_checksum(item, has) == artifact.checksum]
        keep += [(artifact, item) for item in current]
        if late := tuple(at for at, item in free if item not in current):
            behind[artifact] = late
    listed = {artifact.id for artifact in listing.artifacts}
    unlisted = tuple(item for (artifact, _), item in there.items() if artifact not in listed and not _goes(item))
    held = _held(listing, unlisted, asked, date, allow_empty=allow_empty)
    return Decision(
        tuple(behind),
        tuple(keep),
        () if held else unlisted,
        (*troubles, *held),
        not held,
        {artifact.id: late for artifact, late in behind.items()},
    )


def artifact_of(resource: VidraResource) -> str:
    """Id of the artifact of a VidraResource. Vidra 0.0.6 used it as the name."""
    return resource.spec.content.artifact_id if resource.spec.content else resource.metadata.name


def stored_checksum(resource: VidraResource, has: Callable[[Content], bool]) -> str:
    """Checksum of the stored text; empty if none is stored, or if it is lost or damaged."""
    content = resource.spec.content
    return content.checksum if content and has(content) and not is_lost(resource) else ""


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
    listing: Listing, unlisted: tuple[VidraResource, ...], asked: str, date: str, *, allow_empty: bool
) -> tuple[SyncProblem, ...]:
    """Why nothing may be removed; empty when it may."""
    if listing.missing:
        message = f"Infrahub's list of artifacts is incomplete ({listing.missing}): nothing is pruned"
        return (SyncProblem(Reason.PARTIAL_RESULT, message),)
    if listing.artifacts or allow_empty:
        return ()
    stay = f"; the {len(unlisted)} that were there stay" if unlisted else ""
    if date:
        # The date explains it, so nothing else is to be changed, and least of all is everything to be deleted.
        name = f"{listing.hint} Correct artifactName;" if listing.hint else ":"
        advice = f"{name} choose a later targetDate, or remove it{stay}"
    else:
        name = f"{listing.hint} Correct artifactName" if listing.hint else ": check artifactName and targetBranch"
        advice = name + stay + (", set allowEmpty if they should go" if unlisted else "")
    return (SyncProblem(Reason.EMPTY_RESULT, f"Infrahub lists no artifact {asked}{advice}"),)


def _not_generated(artifact: Artifact) -> SyncProblem:
    message = f"artifact {artifact.id} has not been generated yet: generate it in Infrahub, and see there if it fails"
    return SyncProblem(Reason.NOT_GENERATED, message)
