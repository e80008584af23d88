"""What a listing means for the VidraResources of a sync: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from vidra.api.names import CLUSTER_HASH_LABEL
from vidra.api.reasons import Reason
from vidra.api.resource import Content, VidraResource
from vidra.common.text import limited
from vidra.sources.protocol import Artifact, Listing


class SyncProblem(msgspec.Struct, frozen=True):
    """Something that a person should know about a sync or one of its artifacts."""

    reason: Reason
    message: str


class Decision(msgspec.Struct, frozen=True):
    """What to do about a listing."""

    fetch: tuple[Artifact, ...]
    """New, or with another checksum than what is stored."""
    keep: tuple[tuple[Artifact, VidraResource], ...]
    """Stored already."""
    remove: tuple[VidraResource, ...]
    """Of artifacts that are no longer listed."""
    troubles: tuple[SyncProblem, ...]
    complete: bool = True
    """Whether what the listing lacks is gone, as far as a listing can say it."""
    behind: dict[str, tuple[str, ...]] = {}
    """Of each artifact to fetch, the places that do not have its text."""


def remark_on(artifacts: Iterable[Artifact]) -> str:
    """What to say of artifacts that could not be generated anew; empty when there are none.

    No trouble of the sync: their texts are the last good ones, and Infrahub keeps saying so until a text changes.
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
) -> Decision:
    """Compare a listing with what there is. Whatever is not certain to be unwanted stays.

    Args:
        has: Whether a stored text is still there.
        places: Where every artifact is to be; one without a name for a sync with one destination.
    """
    there = {(artifact_of(resource), place_of(resource)): resource for resource in existing}
    troubles: list[SyncProblem] = []
    behind: dict[Artifact, tuple[str, ...]] = {}
    keep: list[tuple[Artifact, VidraResource]] = []
    for artifact in sorted(listing.artifacts, key=lambda item: item.id):
        # One that is being deleted is made anew once it is gone.
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
    held = _held(listing, unlisted, allow_empty=allow_empty)
    return Decision(
        tuple(behind),
        tuple(keep),
        () if held else unlisted,
        (*troubles, *held),
        not held,
        {artifact.id: late for artifact, late in behind.items()},
    )


def place_of(resource: VidraResource) -> str:
    """What tells the cluster of a VidraResource from others of its sync; empty when that has one destination."""
    return resource.metadata.labels.get(CLUSTER_HASH_LABEL, "")


def artifact_of(resource: VidraResource) -> str:
    """Id of the artifact that a VidraResource stands for. The first Vidra used it as the name."""
    return resource.spec.content.artifact_id if resource.spec.content else resource.metadata.name


def stored_checksum(resource: VidraResource, has: Callable[[Content], bool]) -> str:
    """Checksum of the stored text; empty if none is stored, or the stored one is gone or damaged."""
    content = resource.spec.content
    return content.checksum if content and has(content) and not is_lost(resource) else ""


def is_lost(resource: VidraResource) -> bool:
    """Whether its stored text turned out to be gone or damaged, and was not stored anew since."""
    return any(
        item.reason == Reason.CONTENT_MISSING and item.observed_generation >= resource.metadata.generation
        for item in resource.status.conditions
    )


def is_refused(resource: VidraResource) -> bool:
    """Whether it names a text that it was not given: somebody wrote into it, or its sync has not sealed it yet."""
    return any(
        item.reason == Reason.CONTENT_REFUSED and item.observed_generation >= resource.metadata.generation
        for item in resource.status.conditions
    )


def _goes(resource: VidraResource | None) -> bool:
    return resource is not None and resource.metadata.deletion_timestamp is not None


def _held(listing: Listing, unlisted: tuple[VidraResource, ...], *, allow_empty: bool) -> tuple[SyncProblem, ...]:
    """Why nothing may be removed; empty when it may."""
    if listing.missing:
        message = f"Infrahub's list of artifacts is incomplete ({listing.missing}): nothing is pruned"
        return (SyncProblem(Reason.PARTIAL_RESULT, message),)
    if listing.artifacts or allow_empty:
        return ()
    kept = f"; the {len(unlisted)} that were there stay, set allowEmpty if they should go" if unlisted else ""
    return (SyncProblem(Reason.EMPTY_RESULT, f"Infrahub lists no artifact of this name: check name and branch{kept}"),)


def _not_generated(artifact: Artifact) -> SyncProblem:
    message = f"artifact {artifact.id} has not been generated yet: generate it in Infrahub, and see there if it fails"
    return SyncProblem(Reason.NOT_GENERATED, message)
