"""Says what became of a pass over a sync: in the status, and in Events and log when it is news."""

from __future__ import annotations

from collections.abc import Container, Sequence
from datetime import UTC, datetime
from typing import Literal

import structlog

from vidra.api.conditions import ConditionType, Verdict, find
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import ClusterStatus, InfrahubSync
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.status_patch import as_read, write_status
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.controllers.sync.artifacts.reconcile import ListingResult
from vidra.controllers.sync.destinations.cluster_status import cluster_statuses
from vidra.controllers.sync.destinations.rollout import RolloutStep
from vidra.controllers.sync.destinations.targets import targets_of
from vidra.controllers.sync.prune.execute import PruneResult
from vidra.controllers.sync.status.compute import counted, judge, status_for

log = structlog.get_logger("vidra.sync")


class StatusWriter:
    """The voice of one sync during one pass."""

    def __init__(self, shared: ControllerContext, sync: InfrahubSync) -> None:
        self._shared = shared
        self._sync = sync

    async def started(self) -> None:
        """The first pass begins: a person who just created the sync sees that it was taken up."""
        if not self._sync.status.conditions:
            await self.record_event(Reason.PROGRESSING, "asking Infrahub", progressing=True, handled=False)

    async def done(self, done: ListingResult, removal: PruneResult, admission: RolloutStep) -> Verdict:
        """Infrahub was asked, and what it lists is stored."""
        self._tell_number(done.created, Reason.CREATED, "created")
        self._tell_number(done.updated, Reason.UPDATED, "updated")
        if done.remark:
            self._record_event("Warning", Reason.GENERATION_FAILED, done.remark)
        verdict = self._judged(done.troubles, removal, admission, done.remark)
        return await self._write(verdict, listed=len(done.artifacts), waiting=admission.waiting)

    async def failed(self, failure: SyncProblem) -> Verdict:
        """Infrahub was asked, and there is no answer to work with."""
        return await self.record_event(failure.reason, failure.message)

    async def readiness_changed(
        self, done: ListingResult, failure: SyncProblem | None, removal: PruneResult, admission: RolloutStep
    ) -> Verdict:
        """Nothing was asked; the VidraResources may have news."""
        troubles, remark = ((failure,), "") if failure else (done.troubles, done.remark)
        verdict = self._judged(troubles, removal, admission, remark)
        return await self._write(verdict, handled=False, waiting=admission.waiting)

    def _judged(
        self, troubles: Sequence[SyncProblem], removal: PruneResult, admission: RolloutStep, remark: str
    ) -> Verdict:
        self._tell_number(removal.removed, Reason.PRUNED, "removed, no longer listed or selected")
        stopped = (admission.stopped,) if admission.stopped else ()
        note = "; ".join(part for part in (removal.note, admission.note) if part)
        return judge((*removal.troubles, *stopped, *troubles), self._resources(), note, remark)

    async def record_event(
        self, reason: Reason, message: str, *, ready: bool = False, progressing: bool = False, handled: bool = True
    ) -> Verdict:
        """One verdict for the whole sync."""
        verdict = Verdict(ready=ready, reason=reason, message=message, progressing=progressing)
        return await self._write(verdict, handled=handled)

    async def suspended(self) -> None:
        """Nothing is done, on purpose. What the last pass found stays true of what was applied."""
        ready = find(self._sync.status.conditions, ConditionType.READY)
        await self.record_event(
            Reason.SUSPENDED,
            "suspended: set spec.suspend to false to go on",
            ready=ready is not None and ready.status == "True",
        )

    async def _write(
        self,
        verdict: Verdict,
        *,
        listed: int | None = None,
        handled: bool = True,
        waiting: Container[str] = (),
    ) -> Verdict:
        sync = as_read(self._sync, self._shared.syncs)
        before = find(sync.status.conditions, ConditionType.READY)
        now = datetime.now(UTC)
        clusters = self._clusters(waiting)
        status = status_for(sync, verdict, self._resources(), now, listed=listed, handled=handled, clusters=clusters)
        await write_status(self._shared.client, self._shared.syncs, sync, status)
        news = before is None or (before.reason, before.status == "True") != (verdict.reason, verdict.ready)
        if not verdict.ready and not verdict.progressing:
            self._record_event("Warning", verdict.reason, verdict.message)
        elif news and not verdict.progressing:
            self._record_event("Normal", verdict.reason, verdict.message)
        return verdict

    def _clusters(self, waiting: Container[str]) -> tuple[ClusterStatus, ...] | None:
        if self._sync.spec.destination.cluster_selector is None:
            return None
        resources = self._resources()
        return cluster_statuses(targets_of(self._sync, self._shared.clusters.catalogue, resources), resources, waiting)

    def _resources(self) -> list[VidraResource]:
        return self._shared.resources.group(self._sync.metadata.name)

    def _tell_number(self, number: int, reason: Reason, what: str) -> None:
        if number:
            self._record_event("Normal", reason, f"{counted(number, 'VidraResource')} {what}", change=True)

    def _record_event(
        self, kind: Literal["Normal", "Warning"], reason: Reason, message: str, *, change: bool = False
    ) -> None:
        if self._shared.recorder.say(self._sync, kind, reason, message, change=change):
            say = log.warning if kind == "Warning" else log.info
            say("report", sync=self._sync.metadata.name, type=kind, reason=str(reason), message=message)
