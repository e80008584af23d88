"""Writes the status of a sync, and records Events and log lines for what is new."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from datetime import UTC, datetime
from math import inf
from types import MappingProxyType

from vidra.api.conditions import ConditionType, Verdict, find
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import ClusterStatus, Sync, SyncStatus
from vidra.common.text import counted
from vidra.controllers.runtime import shared_verdicts
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.event_reporter import EventReporter
from vidra.controllers.runtime.health_history import News
from vidra.controllers.runtime.status_patch import as_read, write_status
from vidra.controllers.runtime.unhealthy_objects import ALL_HEALTHY, failed, told
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.controllers.sync.artifacts.reconcile import NOTHING, ListingResult
from vidra.controllers.sync.destinations.cluster_status import cluster_statuses, idle_before
from vidra.controllers.sync.destinations.rollout import RolloutStep
from vidra.controllers.sync.destinations.targets import targets_of
from vidra.controllers.sync.prune.execute import PruneResult
from vidra.controllers.sync.source.poll_state import PollState
from vidra.controllers.sync.source.selected import pinned
from vidra.controllers.sync.state import Unreported
from vidra.controllers.sync.status.compute import is_detail, judge, status_for


class StatusWriter:
    """Writes the result of one reconcile of a sync."""

    def __init__(self, shared: ControllerContext, sync: Sync, last: PollState | None = None) -> None:
        self._shared = shared
        self._sync = sync
        self._last = last
        """The last poll, if it is known."""
        self._events = EventReporter(shared.recorder, sync, "sync")
        self.details_after = inf
        """Seconds after which `result` is to be called again, because details of health were not written."""

    async def started(self) -> None:
        """The first poll begins: a person who just created the sync sees that it is being worked on."""
        if not self._sync.status.conditions:
            verdict = Verdict(
                ready=False, reason=Reason.PROGRESSING, message=self._sync.source.words.asking, progressing=True
            )
            await self._write(verdict, handled=False)

    async def result(
        self, poll: PollState, pruned: PruneResult, step: RolloutStep, unreported: Unreported | None
    ) -> float:
        """Write what came of the last poll, and what became of the VidraResources.

        Args:
            unreported: What polls did that is not reported yet; None when the VidraResources alone may have changed.

        Returns:
            Seconds after which this is to be called again, because nothing was written; 0 if it was.
        """
        self._last = poll
        troubles, remark = ((poll.failure,), None) if poll.failure else (poll.done.troubles, poll.done.remark)
        verdict = self._judged(troubles, pruned, step, remark)
        if unreported is None:
            await self._write(verdict, handled=False, waiting=step.waiting, pruned=pruned)
            return 0
        if verdict.progressing and unreported.left:
            return unreported.left
        changes = _changes(unreported, poll.done.revision)
        known = await self._write(verdict, listed=poll.done, waiting=step.waiting, pruned=pruned, changes=changes)
        if remark:
            self._events.say("Warning", remark.reason, remark.message, known=known)
        return 0

    def _judged(
        self, troubles: Sequence[SyncProblem], pruned: PruneResult, step: RolloutStep, remark: SyncProblem | None
    ) -> Verdict:
        if pruned.removed:
            message = f"{counted(pruned.removed, 'VidraResource')} removed, no longer listed or selected"
            self._events.say("Normal", Reason.PRUNED, message, change=True)
        stopped = (step.stopped,) if step.stopped else ()
        note = "; ".join(part for part in (pruned.note, step.note) if part)
        about = remark.message if remark else ""
        return judge(
            (*pruned.troubles, *stopped, *troubles), self._resources(), note, about, unit=self._sync.source.words.unit
        )

    async def stopped(self, reason: Reason, message: str) -> None:
        """There is no list, or no poll was made. What is applied and what is held stays as it is."""
        await self._write(Verdict(ready=False, reason=reason, message=message))

    async def deleting(self, message: str) -> None:
        """The sync is being deleted, so nothing is held any more."""
        verdict = Verdict(ready=False, reason=Reason.DELETING, message=message, progressing=True)
        await self._write(verdict, pruned=PruneResult())

    async def suspended(self) -> None:
        """The sync is suspended."""
        await self._write(shared_verdicts.suspended(self._sync.status.conditions, self._sync.metadata.name))

    async def internal_error(self) -> None:
        """Vidra has a fault."""
        await self._write(shared_verdicts.internal_error())

    async def _write(
        self,
        verdict: Verdict,
        *,
        listed: ListingResult | None = None,
        handled: bool = True,
        waiting: Container[str] = (),
        pruned: PruneResult | None = None,
        changes: Mapping[Reason, str] = MappingProxyType({}),
    ) -> bool:
        """Write a verdict, unless it says nothing new but details of health, and those were written a moment ago.

        Returns:
            Whether the conditions were the same before, or stay so for now.

        Args:
            changes: What happened to VidraResources; told with the verdict where that is told as well.
            pruned: What was done about the unlisted; None when they were not checked, so that what is held stays held.
        """
        sync = as_read(self._sync, self._shared.syncs)
        verdict = pinned(verdict, sync.source.infrahub)
        before = find(sync.status.conditions, ConditionType.READY)
        now = datetime.now(UTC)
        resources = self._resources()
        clusters = self._clusters(resources, waiting)
        held = pruned.held if pruned else sync.status.held_prune
        status = status_for(
            sync,
            verdict,
            resources,
            now,
            listed=None if listed is None else len(listed.artifacts),
            revision=listed.revision if listed else "",
            handled=handled,
            clusters=clusters,
            held=held,
        )
        history = self._shared.health.of(sync.kind, sync.metadata.name)
        if status != sync.status and not history.may_write(detail=is_detail(sync.status, status)):
            self.details_after = history.left
            return True
        await write_status(self._shared.client, self._shared.syncs, sync, status)
        self._say_health(history.news(sync.status.health, status.health), status)
        news = before is None or (before.reason, before.status == "True") != (verdict.reason, verdict.ready)
        known = status.conditions == sync.status.conditions
        if news and verdict.ready:
            message = "; ".join((verdict.message, *changes.values()))
            self._events.say("Normal", verdict.reason, message, change=bool(changes))
            return known
        for reason, message in changes.items():
            self._events.say("Normal", reason, message, change=True)
        if not verdict.ready and not verdict.progressing:
            self._events.say("Warning", verdict.reason, verdict.message, known=known)
        return known

    def _say_health(self, news: News, status: SyncStatus) -> None:
        """Report objects that failed, and that all are healthy again."""
        if news == "failed":
            self._events.say("Warning", Reason.UNHEALTHY, told(failed(status.unhealthy)))
        elif news == "healthy":
            self._events.say("Normal", Reason.HEALTHY, ALL_HEALTHY)

    def _clusters(
        self, resources: Sequence[VidraResource], waiting: Container[str]
    ) -> tuple[ClusterStatus, ...] | None:
        if self._sync.spec.destination.cluster_selector is None:
            return None
        targets = targets_of(self._sync, self._shared.clusters.catalogue, resources)
        listed = self._last is not None and self._last.done is not NOTHING
        idle = self._last.done.routes.idle if self._last and listed else idle_before(targets, self._sync.status)
        return cluster_statuses(targets, resources, waiting, self._sync.source.words.unit, idle=idle)

    def _resources(self) -> list[VidraResource]:
        return self._shared.resources.group(self._sync.key)


def _changes(unreported: Unreported, revision: str) -> dict[Reason, str]:
    """What polls did to VidraResources, each with the reason of its Event."""
    at = f" at {revision}" if revision else ""
    numbers = {Reason.CREATED: (unreported.created, "created"), Reason.UPDATED: (unreported.updated, "updated")}
    return {
        reason: f"{counted(number, 'VidraResource')} {what}{at}" for reason, (number, what) in numbers.items() if number
    }
