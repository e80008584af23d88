"""One reconcile of a sync's artifacts: list, download what changed, and note what is no longer listed."""

from __future__ import annotations

import time
from collections.abc import Iterable
from functools import partial

import msgspec
import structlog

from vidra.api.resource import VidraResource
from vidra.api.sync import StopMatching, Sync
from vidra.controllers.runtime.context import ControllerContext, place_of
from vidra.controllers.runtime.delivery_trace import PollTimes
from vidra.controllers.sync.artifacts.diff import SyncProblem, decide, remark_on
from vidra.controllers.sync.artifacts.distribute import ArtifactDistributor
from vidra.controllers.sync.artifacts.resource_choice import current_resource
from vidra.controllers.sync.destinations.rollout import plan_rollout
from vidra.controllers.sync.destinations.routing import Routes, route
from vidra.controllers.sync.destinations.targets import Targets, targets_of
from vidra.controllers.sync.prune.decide import Unlisted, unlisted
from vidra.controllers.sync.prune.hold import count_objects
from vidra.controllers.sync.rendering.renderer import UnitRenderer
from vidra.controllers.sync.source.listing import list_units
from vidra.controllers.sync.source.selected import date_of, selected
from vidra.kube.errors import KubeError
from vidra.sources.protocol import Remark, Source

log = structlog.get_logger("vidra.sync")


class ListingResult(msgspec.Struct, frozen=True):
    """The result of a complete reconcile."""

    artifacts: frozenset[str]
    """Ids of what is listed."""
    troubles: tuple[SyncProblem, ...]
    unlisted_resources: Unlisted = {}
    """VidraResources whose artifacts are no longer listed, or clusters no longer selected, until they are deleted."""
    objects: int | None = None
    """How many objects the sync had when the first of them was missed."""
    left: frozenset[str] = frozenset()
    """Those of them whose objects stay."""
    created: int = 0
    updated: int = 0
    waiting: frozenset[str] = frozenset()
    """Clusters that have not got everything yet."""
    remark: SyncProblem | None = None
    """What a person should know about the listing."""
    revision: str = ""
    """The state of the source that was listed."""
    complete: bool = True
    """Whether what is not listed is deleted."""
    routes: Routes = Routes()
    """Which clusters each artifact goes to."""


NOTHING = ListingResult(frozenset(), ())
"""Before the first listing."""


async def reconcile_artifacts(
    shared: ControllerContext,
    sync: Sync,
    source: Source,
    renderer: UnitRenderer,
    remark: Remark,
    *,
    before: ListingResult = NOTHING,
) -> ListingResult:
    """Make the VidraResources of a sync match what Infrahub lists now, and note which are no longer listed.

    Args:
        remark: Is given what a person should know about what was rendered.
        before: The last result.

    Raises:
        SourceError: Infrahub gave no list.
    """
    asked = time.time_ns()
    listing = await list_units(sync, source)
    answered = PollTimes(asked, time.time_ns())
    existing = current_resource(shared.resources.group(sync.key), shared.content.vouches)
    targets = targets_of(sync, shared.clusters.catalogue, existing)
    has, routes = partial(shared.content.has, sync.key), route(sync, targets, listing.units)
    texts = await renderer.prepare(sync, listing, targets, remark)
    decision = decide(
        *(listing, existing, has),
        allow_empty=sync.spec.takes_empty or listing.confirmed,
        places=routes.of,
        words=sync.source.words,
        asked=selected(sync.source.infrahub),
        date=date_of(sync.source.infrahub),
        texts=texts,
    )
    strays = strays_of(targets, routes, existing, decision.remove)
    going = (*decision.remove, *strays)
    # Before anything new is applied: VidraResources that will be deleted give up their fields.
    shared.being_deleted.note(sync.key, (item.metadata.name for item in going))
    missed = any(item.metadata.name in before.unlisted_resources for item in going)
    objects = before.objects if missed else count_objects(existing) if going else None
    distributor = ArtifactDistributor(shared, sync, source, answered, targets=targets, existing=existing, texts=texts)
    admission = plan_rollout(sync, targets.places, distributor.outdated_targets(decision), existing)
    await distributor.run(decision, admission)
    if distributor.certain:
        await _tidy(shared, sync.key)
    listed = frozenset(artifact.id for artifact in listing.units)
    changed = {artifact.id for artifact in decision.fetch}
    return ListingResult(
        artifacts=listed,
        troubles=(*targets.troubles, *routes.troubles, *decision.troubles, *distributor.troubles),
        unlisted_resources=unlisted(going, listed, changed, before.unlisted_resources, before.artifacts),
        objects=objects,
        left=left_of(sync, strays),
        created=distributor.counts[True],
        updated=distributor.counts[False],
        waiting=admission.waiting,
        remark=remark_on(listing, routes.remarks),
        revision=listing.revision,
        complete=decision.complete,
        routes=routes,
    )


async def _tidy(shared: ControllerContext, sync: str) -> None:
    """What cannot be deleted now is retried by the next reconcile."""
    try:
        await shared.content.tidy(sync, shared.resources.group(sync))
    except KubeError as error:
        log.warning("unused texts could not be deleted", error=str(error))


def strays_of(
    targets: Targets, routes: Routes, existing: Iterable[VidraResource], removed: Iterable[VidraResource]
) -> tuple[VidraResource, ...]:
    """VidraResources at destinations that the sync, or their artifact, no longer has, although that is listed."""
    known = {item.metadata.name for item in removed}
    wanted = {*targets.places, *targets.stay}
    return tuple(
        item
        for item in existing
        if (place_of(item) not in wanted or (routes.leaves(item) and place_of(item) not in targets.stay))
        and not item.metadata.deletion_timestamp
        and item.metadata.name not in known
    )


def left_of(sync: Sync, strays: Iterable[VidraResource]) -> frozenset[str]:
    """Those whose objects stay in their cluster."""
    if sync.spec.destination.stop_matching is not StopMatching.LEAVE:
        return frozenset()
    return frozenset(item.metadata.name for item in strays if place_of(item))
