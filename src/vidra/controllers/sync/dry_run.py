"""A dry run of a sync: what it would apply if its source were polled now. Nothing is stored."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from vidra.api.meta import Meta
from vidra.api.resource import Content, VidraResource
from vidra.api.sync import Sync
from vidra.clusters.secret_index import SecretIndex
from vidra.controllers.resource.dry_run import DryRunInput
from vidra.controllers.runtime.context import place_of
from vidra.controllers.sync.artifacts.diff import Decision, SyncProblem, artifact_of, decide
from vidra.controllers.sync.artifacts.distribute import AT_ONCE
from vidra.controllers.sync.artifacts.names import resource_name
from vidra.controllers.sync.artifacts.reconcile import left_of, strays_of
from vidra.controllers.sync.artifacts.writer import content_of, spec_for
from vidra.controllers.sync.destinations.routing import route
from vidra.controllers.sync.destinations.targets import Target, Targets, targets_of
from vidra.controllers.sync.prune.hold import evaluate_hold, hold_problem
from vidra.controllers.sync.rendering.renderer import UnitRenderer
from vidra.controllers.sync.rendering.texts import Texts
from vidra.controllers.sync.source.listing import list_units
from vidra.controllers.sync.source.selected import date_of, selected
from vidra.render.request import Values
from vidra.sources.protocol import Source, SourceError, Unit


class SyncDryRun(msgspec.Struct, frozen=True):
    """What a listing would change."""

    changes: tuple[DryRunInput, ...]
    kept: tuple[VidraResource, ...]
    """VidraResources whose text would stay."""
    troubles: tuple[SyncProblem, ...]
    """What would keep the sync from being Ready."""
    remarks: tuple[SyncProblem, ...]
    """What would need an approval, and what the renderer remarks."""


async def dry_run_sync(
    sync: Sync,
    source: Source,
    existing: Sequence[VidraResource],
    catalogue: SecretIndex,
    renderer: UnitRenderer,
    *,
    more: Sequence[Values] = (),
) -> SyncDryRun:
    """Poll a source as a reconcile does, download what is new, and render it; nothing is written.

    Args:
        more: Values for its charts, over all others.

    Raises:
        SourceError: Infrahub gave no list.
    """
    targets = targets_of(sync, catalogue, existing)
    listing = await list_units(sync, source)
    told: list[SyncProblem] = []
    texts = await renderer.prepare(
        sync, listing, targets, lambda reason, message: told.append(SyncProblem(reason, message)), more=more
    )
    routes = route(sync, targets, listing.units)
    decision = decide(
        *(listing, existing, lambda _: True),
        allow_empty=sync.spec.takes_empty or listing.confirmed,
        places=routes.of,
        words=sync.source.words,
        asked=selected(sync.source.infrahub),
        date=date_of(sync.source.infrahub),
        texts=texts,
    )
    fetched, failures = await _fetch(sync, source, decision, existing, targets, texts=texts)
    strays = strays_of(targets, routes, existing, decision.remove)
    left = left_of(sync, strays)
    going = (*decision.remove, *(item for item in strays if item.metadata.name not in left))
    removed = tuple(DryRunInput(resource, None) for resource in going)
    others = [item for item in existing if item not in going]
    held = evaluate_hold(sync, going, others) if going else None
    return SyncDryRun(
        changes=(*fetched, *removed),
        kept=tuple(resource for _, resource in decision.keep),
        troubles=(*targets.troubles, *routes.troubles, *decision.troubles, *failures),
        remarks=(*told, *((hold_problem(sync, held, going),) if held else ())),
    )


async def _fetch(
    sync: Sync,
    source: Source,
    decision: Decision,
    existing: Sequence[VidraResource],
    targets: Targets,
    *,
    texts: Texts,
) -> tuple[list[DryRunInput], list[SyncProblem]]:
    """Download the new texts, so many at a time. A problem with one artifact does not stop the others."""
    there = {(artifact_of(item), place_of(item)): item for item in existing}
    places = asyncio.Semaphore(AT_ONCE)
    troubles: list[SyncProblem] = []

    async def fetch(artifact: Unit) -> list[DryRunInput]:
        found: list[DryRunInput] = []
        for alike in texts.groups(artifact, decision.behind[artifact.id]):
            try:
                async with places:
                    made = await texts.make(source, artifact, alike[0], there.get((artifact.id, alike[0])))
            except SourceError as error:
                troubles.append(SyncProblem(error.reason, str(error)))
                continue
            content = content_of(decision.listing, artifact.id, made)
            for target in map(targets.at, alike):
                existing = there.get((artifact.id, target.place))
                found.append(DryRunInput(_resource(sync, content, target, existing), made.text))
        return found

    found = await asyncio.gather(*(fetch(artifact) for artifact in decision.fetch))
    return [item for items in found for item in items], sorted(troubles, key=lambda trouble: trouble.message)


def _resource(sync: Sync, content: Content, target: Target, existing: VidraResource | None) -> VidraResource:
    """The VidraResource as the sync would write it."""
    spec = spec_for(sync, content, target.destination)
    if existing is None:
        name = resource_name(sync.key, content.artifact_id, target.place)
        return VidraResource(metadata=Meta(name=name), spec=spec)
    return msgspec.structs.replace(existing, spec=spec)
