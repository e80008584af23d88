"""Carries out a decision: stores each text once, then writes it for every cluster that may have it now."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import nullcontext
from functools import partial
from typing import Any

from vidra.api.names import GROUP, RESOURCE_KIND, RESOURCE_PLURAL
from vidra.api.reasons import Reason
from vidra.api.resource import Content, VidraResource
from vidra.api.sync import Sync
from vidra.controllers.resource.status.compute import reason_of
from vidra.controllers.runtime.context import ControllerContext, place_of
from vidra.controllers.runtime.delivery_trace import PollTimes
from vidra.controllers.sync.artifacts.announce import announcement
from vidra.controllers.sync.artifacts.diff import Decision, SyncProblem, artifact_of
from vidra.controllers.sync.artifacts.writer import ResourceWriter, content_of
from vidra.controllers.sync.destinations.rollout import RolloutStep
from vidra.controllers.sync.destinations.targets import Targets
from vidra.controllers.sync.rendering.texts import Texts
from vidra.kube.errors import ApiError, KubeError
from vidra.sources.protocol import Listing, Source, SourceError, Unit
from vidra.telemetry.tracing import start_span

AT_ONCE = 16
"""Artifacts of one sync that are downloaded at the same time: texts may be large, and other syncs need their share."""


class ArtifactDistributor:
    """Downloads, stores and distributes artifacts during one reconcile of a sync."""

    def __init__(
        self,
        shared: ControllerContext,
        sync: Sync,
        source: Source,
        listed: PollTimes,
        *,
        targets: Targets,
        existing: Sequence[VidraResource],
        texts: Texts,
    ) -> None:
        self._shared = shared
        self._sync = sync.key
        self._source = source
        self._listed = listed
        self._texts = texts
        self._targets = {target.place: target for target in targets.there}
        self._builder = ResourceWriter(
            *(shared.client, shared.content, shared.resources, sync, existing), announce=partial(announcement, shared)
        )
        self._there = {(artifact_of(item), place_of(item)): item for item in existing}
        self._places = asyncio.Semaphore(AT_ONCE)
        self.counts: Counter[bool] = Counter()
        """VidraResources that were written; True: created."""
        self.troubles: list[SyncProblem] = []
        self.certain = True
        """Whether the result of each write is known."""

    def outdated_targets(self, decision: Decision) -> set[str]:
        """The destinations that do not have all of it yet."""
        late = {place for places in decision.behind.values() for place in places}
        for _, item in decision.keep:
            place = place_of(item)
            if place not in late and self._builder.differs(item, self._targets[place]):
                late.add(place)
        return late

    async def run(self, decision: Decision, admission: RolloutStep) -> None:
        """Download, store and write, so many at a time. A problem with one artifact does not stop the others."""
        # One that only lacks its seal gets nothing new, and so waits for no rollout.
        keep = [
            item
            for _, item in decision.keep
            if place_of(item) in admission.now or not self._builder.differs(item, self._targets[place_of(item)])
        ]
        fetch = {
            artifact: places
            for artifact in decision.fetch
            if (places := [place for place in decision.behind[artifact.id] if place in admission.now])
        }
        # If only one text changes, it has no other to take something over from.
        several = len(fetch) > 1
        with self._shared.handovers.mark(self._sync) if several else nullcontext():
            async with asyncio.TaskGroup() as group:
                for item in keep:
                    group.create_task(self._guarded(artifact_of(item), self._keep(item)))
                for artifact, places in fetch.items():
                    group.create_task(self._guarded(artifact.id, self._fetch(decision.listing, artifact, places)))
        # Sorted, so that the same problems make the same message: else each reconcile would record news.
        self.troubles.sort(key=lambda trouble: trouble.message)

    async def _guarded(self, artifact: str, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except SourceError as error:
            self.troubles.append(SyncProblem(error.reason, str(error)))
        except KubeError as error:
            self.certain = False
            self.troubles.append(_not_stored(artifact, error))

    async def _keep(self, item: VidraResource) -> None:
        await self._builder.keep(item, self._targets[place_of(item)])

    async def _fetch(self, listing: Listing, artifact: Unit, places: Iterable[str]) -> None:
        delivery_tracer = self._shared.delivery_tracer
        async with self._places:
            with delivery_tracer.start(self._sync, artifact, self._listed) as trace:
                for alike in self._texts.groups(artifact, places):
                    content = self._stored(artifact, alike[0]) or await self._download(listing, artifact, alike[0])
                    for place in alike:
                        existing = self._there.get((artifact.id, place))
                        name = existing.metadata.name if existing else self._builder.name(artifact.id, place)
                        # Before it is written: the VidraResource may be reconciled before the answer arrives.
                        delivery_tracer.assign(name, trace, content.checksum)
                        with start_span("hand over", {"vidra.resource": name}):
                            self.counts[await self._builder.write(content, self._targets[place], existing)] += 1
                    await self._builder.collect_garbage(content)

    def _stored(self, artifact: Unit, place: str) -> Content | None:
        """The text, if another cluster has it already."""
        return self._builder.stored(artifact.id, lambda marker: self._texts.standing(artifact, place, marker).current)

    async def _download(self, listing: Listing, artifact: Unit, place: str) -> Content:
        with start_span("download"):
            made = await self._texts.make(self._source, artifact, place, self._there.get((artifact.id, place)))
        self._shared.metrics.downloads.inc()
        with start_span("store", {"vidra.bytes": len(made.text)}):
            return await self._builder.save(content_of(listing, artifact.id, made), made.text)


def _not_stored(artifact: str, error: KubeError) -> SyncProblem:
    """Why an artifact was not stored. Without Vidra's CRDs it is not the cluster that is unavailable."""
    if isinstance(error, ApiError) and error.unserved:
        message = (
            f"artifact {artifact} could not be stored: this cluster does not serve {RESOURCE_KIND}, because its "
            f"definition {RESOURCE_PLURAL}.{GROUP} is missing or being deleted. Put it back: "
            "vidra crds | kubectl apply --server-side -f -"
        )
        return SyncProblem(Reason.KIND_UNKNOWN, message)
    return SyncProblem(reason_of(error), f"artifact {artifact} could not be stored: {error}")
