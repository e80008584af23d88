"""One pass over a sync: ask Infrahub, fetch what changed, and note what is no longer listed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext

import msgspec
import structlog

from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import InfrahubSync
from vidra.controllers.shared import Shared
from vidra.controllers.sync.build import Builder
from vidra.controllers.sync.decide import Decision, Trouble, artifact_of, decide
from vidra.controllers.sync.leaving import Unlisted, unlisted
from vidra.kube.errors import KubeError
from vidra.sources.protocol import Artifact, Source, SourceError

log = structlog.get_logger("vidra.sync")

AT_ONCE = 16
"""Artifacts of one sync that are fetched at the same time: texts may be large, and other syncs want their share."""


class Done(msgspec.Struct, frozen=True):
    """A pass that came to its end."""

    artifacts: frozenset[str]
    """Ids of what is listed."""
    troubles: tuple[Trouble, ...]
    leaving: Unlisted = {}
    """VidraResources whose artifacts are no longer listed, until they are gone."""
    created: int = 0
    updated: int = 0


NOTHING = Done(frozenset(), ())
"""Before the first answer."""


async def list_pass(shared: Shared, sync: InfrahubSync, source: Source, before: Done = NOTHING) -> Done:
    """Make the VidraResources of a sync what Infrahub lists now, and note which are no longer listed.

    Args:
        before: The last answer.

    Raises:
        SourceError: There is no list.
    """
    existing = shared.resources.group(sync.metadata.name)
    listing = await source.list()
    decision = decide(listing, existing, shared.content.has, allow_empty=sync.spec.allow_empty)
    # Before anything new is applied: what goes yields to it.
    shared.leaving.note(sync.metadata.name, (item.metadata.name for item in decision.remove))
    counts, troubles = await _carry_out(shared, sync, source, decision, existing)
    listed = frozenset(artifact.id for artifact in listing.artifacts)
    changed = {artifact.id for artifact in decision.fetch}
    return Done(
        artifacts=listed,
        troubles=(*decision.troubles, *troubles),
        leaving=unlisted(decision.remove, listed, changed, before.leaving, before.artifacts),
        created=counts[True],
        updated=counts[False],
    )


async def _carry_out(
    shared: Shared, sync: InfrahubSync, source: Source, decision: Decision, existing: Sequence[VidraResource]
) -> tuple[Counter[bool], list[Trouble]]:
    """Fetch and store, so many at a time; one artifact's trouble is its own."""
    there = {artifact_of(item): item for item in existing}
    builder = Builder(shared.client, shared.content, shared.resources, sync)
    places = asyncio.Semaphore(AT_ONCE)
    counts: Counter[bool] = Counter()
    troubles: list[Trouble] = []

    async def fetch(artifact: Artifact) -> None:
        async with places:
            text = await source.fetch(artifact)
            counts[await builder.store(artifact, text, there.get(artifact.id))] += 1

    async def guarded(artifact: Artifact, resource: VidraResource | None) -> None:
        try:
            await (builder.keep(resource) if resource else fetch(artifact))
        except SourceError as error:
            troubles.append(Trouble(error.reason, str(error)))
        except KubeError as error:
            message = f"artifact {artifact.id} could not be stored: {error}"
            troubles.append(Trouble(Reason.CLUSTER_UNREACHABLE, message))

    # One text that changes alone has nobody to take something over from.
    several = len(decision.fetch) > 1
    with shared.underway.mark(sync.metadata.name) if several else nullcontext():
        async with asyncio.TaskGroup() as group:
            for artifact, resource in decision.keep:
                group.create_task(guarded(artifact, resource))
            for artifact in decision.fetch:
                group.create_task(guarded(artifact, None))
    # The same troubles make the same message, in whatever order they came: else each pass would have news.
    return counts, sorted(troubles, key=lambda trouble: trouble.message)
