"""Writes the status of a sync, and records Events and log lines for what is new."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import UTC, datetime

from vidra.api.conditions import ConditionType, Verdict, find
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import ClusterStatus, InfrahubSync
from vidra.controllers.runtime import shared_verdicts
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.event_reporter import EventReporter
from vidra.controllers.runtime.status_patch import as_read, write_status
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.controllers.sync.artifacts.reconcile import ListingResult
from vidra.controllers.sync.destinations.cluster_status import cluster_statuses
from vidra.controllers.sync.destinations.rollout import RolloutStep
from vidra.controllers.sync.destinations.targets import targets_of
from vidra.controllers.sync.prune.execute import PruneResult
from vidra.controllers.sync.status.compute import counted, judge, status_for


class StatusWriter:
    """Writes the result of one reconcile of a sync."""

    def __init__(self, shared: ControllerContext, sync: InfrahubSync) -> None:
        self._shared = shared
        self._sync = sync
        self._events = EventReporter(shared.recorder, sync, "sync")

    async def started(self) -> None:
        """The first poll begins: a person who just created the sync sees that it is being worked on."""
        if not self._sync.status.conditions:
            verdict = Verdict(ready=False, reason=Reason.PROGRESSING, message="asking Infrahub", progressing=True)
            await self._write(verdict, handled=False)

    async def done(self, done: ListingResult, pruned: PruneResult, step: RolloutStep) -> None:
        """Infrahub was polled, and what it lists is stored."""
        self._record_number(done.created, Reason.CREATED, "created")
        self._record_number(done.updated, Reason.UPDATED, "updated")
        verdict = self._judged(done.troubles, pruned, step, done.remark)
        known = await self._write(verdict, listed=len(done.artifacts), waiting=step.waiting, pruned=pruned)
        if done.remark:
            self._events.say("Warning", Reason.GENERATION_FAILED, done.remark, known=known)

    async def readiness_changed(
        self, done: ListingResult, failure: SyncProblem | None, pruned: PruneResult, step: RolloutStep
    ) -> None:
        """Infrahub was not polled; the VidraResources may have changed."""
        troubles, remark = ((failure,), "") if failure else (done.troubles, done.remark)
        verdict = self._judged(troubles, pruned, step, remark)
        await self._write(verdict, handled=False, waiting=step.waiting, pruned=pruned)

    def _judged(self, troubles: Sequence[SyncProblem], pruned: PruneResult, step: RolloutStep, remark: str) -> Verdict:
        self._record_number(pruned.removed, Reason.PRUNED, "removed, no longer listed or selected")
        stopped = (step.stopped,) if step.stopped else ()
        note = "; ".join(part for part in (pruned.note, step.note) if part)
        return judge((*pruned.troubles, *stopped, *troubles), self._resources(), note, remark)

    async def stopped(self, reason: Reason, message: str) -> None:
        """There is no list, or no poll was made. What is applied and what is held stays as it is."""
        await self._write(Verdict(ready=False, reason=reason, message=message))

    async def deleting(self, message: str) -> None:
        """The sync is being deleted, so nothing is held any more."""
        verdict = Verdict(ready=False, reason=Reason.DELETING, message=message, progressing=True)
        await self._write(verdict, pruned=PruneResult())

    async def suspended(self) -> None:
        """The sync is suspended."""
        await self._write(shared_verdicts.suspended(self._sync.status.conditions))

    async def internal_error(self) -> None:
        """Vidra has a fault."""
        await self._write(shared_verdicts.internal_error())

    async def _write(
        self,
        verdict: Verdict,
        *,
        listed: int | None = None,
        handled: bool = True,
        waiting: Container[str] = (),
        pruned: PruneResult | None = None,
    ) -> bool:
        """Write a verdict; True when the conditions were the same before.

        Args:
            pruned: What was done about the unlisted; None when they were not checked, so that what is held stays held.
        """
        sync = as_read(self._sync, self._shared.syncs)
        before = find(sync.status.conditions, ConditionType.READY)
        now = datetime.now(UTC)
        resources = self._resources()
        clusters = self._clusters(resources, waiting)
        held = pruned.held if pruned else sync.status.held_prune
        status = status_for(sync, verdict, resources, now, listed=listed, handled=handled, clusters=clusters, held=held)
        await write_status(self._shared.client, self._shared.syncs, sync, status)
        news = before is None or (before.reason, before.status == "True") != (verdict.reason, verdict.ready)
        known = status.conditions == sync.status.conditions
        if not verdict.ready and not verdict.progressing:
            self._events.say("Warning", verdict.reason, verdict.message, known=known)
        elif news and not verdict.progressing:
            self._events.say("Normal", verdict.reason, verdict.message)
        return known

    def _clusters(
        self, resources: Sequence[VidraResource], waiting: Container[str]
    ) -> tuple[ClusterStatus, ...] | None:
        if self._sync.spec.destination.cluster_selector is None:
            return None
        return cluster_statuses(targets_of(self._sync, self._shared.clusters.catalogue, resources), resources, waiting)

    def _resources(self) -> list[VidraResource]:
        return self._shared.resources.group(self._sync.metadata.name)

    def _record_number(self, number: int, reason: Reason, what: str) -> None:
        if number:
            self._events.say("Normal", reason, f"{counted(number, 'VidraResource')} {what}", change=True)
