"""Reconciles a sync: one VidraResource for every unit that its source lists, at every destination.

Called by the work queue (`controllers/runtime/workqueue.py`) through `Controller.reconcile`. It calls `finalize.py` for
a deleted sync, `source/` and `artifacts/reconcile.py` to poll, `prune/execute.py` and `status/writer.py`. What enqueues
a sync is in `watches.py`.
"""

from __future__ import annotations

import time
from math import inf

from vidra.api.dependencies import Dependency
from vidra.api.names import SYNC_KIND
from vidra.api.reasons import Reason
from vidra.api.sync import Sync
from vidra.controllers.runtime.concurrency import ConcurrencyLimiter, until_late
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.controller import Controller, interval_seconds
from vidra.controllers.runtime.dependency_cycles import dependency_cycle
from vidra.controllers.runtime.finalizers import add_finalizer
from vidra.controllers.runtime.run_if_slow import SHOWN_AFTER, run_if_slow
from vidra.controllers.runtime.sharding import OwnedItems
from vidra.controllers.runtime.workqueue import Result
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.controllers.sync.artifacts.reconcile import NOTHING, reconcile_artifacts
from vidra.controllers.sync.destinations.rollout import RolloutStep, current_step
from vidra.controllers.sync.finalize import finalize
from vidra.controllers.sync.prune.execute import prune
from vidra.controllers.sync.recreated_sync import reclaim
from vidra.controllers.sync.rendering.renderer import UnitRenderer
from vidra.controllers.sync.rendering.values import ValuesFinder
from vidra.controllers.sync.source.cancellation import PollOutdatedError, run_cancellable
from vidra.controllers.sync.source.poll_state import PollState, answered, failed
from vidra.controllers.sync.source.resolve import connect, remarks_on
from vidra.controllers.sync.source.staleness import overdue
from vidra.controllers.sync.state import SyncState, SyncStates
from vidra.controllers.sync.status.writer import StatusWriter
from vidra.controllers.sync.watches import SyncWatches
from vidra.sources.kinds import Sources
from vidra.sources.protocol import SourceError

WORKERS = 64
"""Reconciles at a time. Most of the time they wait for a source."""
AT_ONE_HOST = 8
"""Of them, those that poll the same one."""
TRY_AGAIN_AFTER = 1.0
"""Seconds after which a sync that waits for its slot tries again, if it was not enqueued."""


class SyncReconciler(Controller[Sync]):
    """Keeps one VidraResource for every unit of a sync, of either kind."""

    name = "infrahubsync"
    log_key = "sync"

    def __init__(self, shared: ControllerContext, sources: Sources) -> None:
        super().__init__(shared, shared.syncs, _key, WORKERS)
        self._sources = sources
        self._renderer = UnitRenderer(
            shared.renderer,
            ValuesFinder(shared.values, shared.namespace, sources),
            shared.clusters,
            shared.digests,
            load=shared.content.load,
            mentioned=sources.mentioned,
        )
        self._states = SyncStates()
        self._polls = ConcurrencyLimiter(AT_ONE_HOST)
        self.watches = SyncWatches(shared, self._states, self.queue, sources)
        mine = OwnedItems(shared.syncs, _key, shared.share)
        shared.metrics.overdue.set_function(lambda: overdue(mine, self._states, self._interval))

    async def _reconcile(self, sync: Sync) -> Result:
        """Poll the source if that is due, else write the state of the VidraResources into the status."""
        name = sync.key
        state = self._states.of(name)
        status = StatusWriter(self._shared, sync, state.poll)
        if sync.metadata.deletion_timestamp:
            return await finalize(self._shared, sync, self._states, status)
        await reclaim(self._shared, sync)
        if sync.spec.suspend:
            state.poll = None
            await status.suspended()
            return Result()
        if found := dependency_cycle(
            Dependency(sync.metadata.name, kind=sync.kind), self._shared.syncs, self._shared.resources
        ):
            await status.stopped(Reason.DEPENDENCY_CYCLE, found)
            return Result()
        try:
            interval = self._interval(sync)
        except ValueError as error:
            await status.stopped(Reason.INVALID_SPEC, f"spec.interval: {error}")
            return Result()
        step = current_step(self._shared, sync, state.poll.done.waiting if state.poll else ())
        if state.poll and _until_due(sync, state, step):
            return await self._summarize(sync, state, state.poll, status, step)
        host = self._sources.host(sync.source) or name
        with until_late(self._polls.slot(host, name, self.queue.add)) as free:
            return await self._poll(sync, state, interval) if free else Result(requeue_after=TRY_AGAIN_AFTER)

    async def _poll(self, sync: Sync, state: SyncState, interval: float) -> Result:
        """Poll the source, and make the VidraResources match its list.

        A failure changes nothing and is retried, at first sooner than the interval.
        """
        sync = await add_finalizer(self._shared.client, self._shared.syncs, sync)
        before = state.begin_poll()
        status = StatusWriter(self._shared, sync, before)
        try:
            async with run_if_slow(SHOWN_AFTER, status.started):
                source = await connect(self._shared, sync, self._sources)
                remark, done_before = remarks_on(self._shared, sync), before.done if before else NOTHING
                work = reconcile_artifacts(self._shared, sync, source, self._renderer, remark, before=done_before)
                done = await run_cancellable(state, work)
        except PollOutdatedError:
            return Result()
        except SourceError as error:
            failure = SyncProblem(error.reason, str(error))
            await status.stopped(failure.reason, failure.message)
            state.poll = failed(sync, before, interval, failure, error.retry_after)
            return Result(requeue_after=state.poll.wait(sync))
        state.listed_at = time.monotonic()
        poll = answered(sync, before, interval, done)
        state.end_poll(poll)
        step = current_step(self._shared, sync, done.waiting)
        return await self._summarize(sync, state, poll, status, step)

    async def _summarize(
        self, sync: Sync, state: SyncState, poll: PollState, status: StatusWriter, step: RolloutStep
    ) -> Result:
        """Continue with the last listing: what was held back may be deleted now, and VidraResources may change."""
        pruned = await prune(self._shared, sync, poll)
        later = await status.result(poll, pruned, step, state.unreported)
        if not later:
            state.unreported = None
        waits = [poll.wait(sync), later or inf, status.details_after]
        return Result(requeue_after=min(waits), failed=pruned.failed)

    def _interval(self, sync: Sync) -> float:
        return interval_seconds(sync.spec.interval, self._shared.settings().sync_interval)

    def enqueue(self, name: str) -> None:
        """Have a sync polled: its state may be about other settings, or from a time when another replica held it."""
        self.watches.enqueue_poll(name)

    def forget(self, name: str) -> None:
        """Drop the state of a sync: it was deleted, or is another replica's."""
        self._states.forget(name)
        self._shared.being_deleted.note(name, ())
        self._shared.health.forget(SYNC_KIND, name)
        self.queue.forget(name)

    async def _say_fault(self, sync: Sync) -> None:
        await StatusWriter(self._shared, sync).internal_error()


def _until_due(sync: Sync, state: SyncState, step: RolloutStep) -> float:
    """Seconds until the source is to be polled; 0 also when a rollout may continue in some clusters."""
    return state.poll.wait(sync) if state.poll and state.current and not step.can_proceed else 0


def _key(sync: Sync) -> str:
    return sync.key
