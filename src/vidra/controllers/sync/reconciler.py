"""Drives passes over InfrahubSyncs: when to ask Infrahub, and when only to sum up what the VidraResources say."""

from __future__ import annotations

from datetime import UTC, datetime

import structlog
from structlog.contextvars import bound_contextvars

from vidra.api.conditions import ConditionType, find
from vidra.api.dependencies import Dependency
from vidra.api.names import INFRAHUB_LABEL, SYNC_FINALIZER
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import InfrahubSync
from vidra.api.times import deletion_time_left, parse_interval
from vidra.clusters.label_selector import matches
from vidra.controllers.runtime.concurrency import ConcurrencyLimiter
from vidra.controllers.runtime.context import ControllerContext, sync_of
from vidra.controllers.runtime.dependency_cycles import dependency_cycle
from vidra.controllers.runtime.predicates import needs_reconcile
from vidra.controllers.runtime.sharding import OwnedItems
from vidra.controllers.runtime.status_patch import set_finalizers
from vidra.controllers.runtime.workqueue import Result, WorkQueue
from vidra.controllers.sync.artifacts.diff import SyncProblem, artifact_of, is_lost, is_refused
from vidra.controllers.sync.artifacts.list_from_server import list_from_server
from vidra.controllers.sync.artifacts.reconcile import NOTHING, reconcile_artifacts
from vidra.controllers.sync.destinations.rollout import current_step
from vidra.controllers.sync.prune.execute import PruneResult, delete_resource, prune
from vidra.controllers.sync.prune.reclaim import reclaim
from vidra.controllers.sync.prune.sync_successors import successors
from vidra.controllers.sync.source.cancellation import CancellablePolls, PollOutdatedError
from vidra.controllers.sync.source.credentials import concerns, is_another
from vidra.controllers.sync.source.poll_state import PollState, answered, failed
from vidra.controllers.sync.source.resolve import SourceContext, source_of
from vidra.controllers.sync.source.staleness import Staleness
from vidra.controllers.sync.status.compute import ready
from vidra.controllers.sync.status.unready_resources import UnreadyResources
from vidra.controllers.sync.status.writer import StatusWriter
from vidra.kube.errors import KubeError
from vidra.kube.types import PartialObjectMetadata, Secret
from vidra.sources.infrahub import InfrahubPool
from vidra.sources.infrahub.url import hostname_of
from vidra.sources.protocol import Source, SourceError

log = structlog.get_logger("vidra.sync")

WORKERS = 64
"""Passes at a time. Nearly all of their time they wait for an Infrahub."""
AT_ONE_INFRAHUB = 8
"""Of them, those that ask the same one."""
TRY_AGAIN_AFTER = 1.0
"""Seconds after which a sync that waits for its turn looks again, should nobody call it."""
SUM_UP_AFTER = 0.5
"""Seconds over which changes of VidraResources are gathered into one status: progress, not noise. The last one is not
kept waiting."""
LONGEST_WAIT_TO_DELETE = 30.0


class SyncReconciler:
    """Keeps one VidraResource for every artifact of a sync."""

    def __init__(self, shared: ControllerContext, pool: InfrahubPool) -> None:
        self._shared = shared
        self._pool = pool
        self._asked: dict[str, PollState] = {}
        self._limiter = ConcurrencyLimiter(AT_ONE_INFRAHUB)
        self._stale: set[str] = set()
        """Syncs whose last answer counts no more. A mark that is set during a pass outlives it."""
        self._waiting: set[str] = set()
        """Syncs that are being deleted and wait for their heirs."""
        self._unready = UnreadyResources()
        self._passes = CancellablePolls()
        self._freshness = Staleness()
        mine = OwnedItems(shared.syncs, lambda sync: sync.metadata.name, shared.share)
        shared.metrics.overdue.set_function(lambda: self._freshness.overdue(mine, self._interval))
        self.queue = WorkQueue("infrahubsync", self.reconcile, WORKERS, shared.metrics, mine=shared.share.__contains__)
        shared.syncs.listen(self._sync_changed)
        shared.resources.listen(self._resource_changed)
        shared.infrahub_secrets.listen(self._secret_changed)
        shared.kept.listen(self._text_changed)
        shared.cluster_secrets.listen(self._cluster_changed)

    def enqueue_all(self) -> None:
        """Ask for everything at once: a setting changed."""
        for sync in self._shared.syncs:
            self._request_poll(sync.metadata.name)

    def enqueue_poll(self, name: str) -> None:
        """Ask for a sync as soon as it goes, and once more if it is being asked for: Infrahub says that it has news."""
        self._request_poll(name)

    def is_current(self, name: str) -> bool:
        """Whether Infrahub's last answer counts: it is not being asked, and is not about to be for a reason."""
        return name in self._asked and name not in self._stale

    def start_shard(self, shard: int) -> None:
        """Work on what is in a shard."""
        for name in self._syncs_in_shard(shard):
            self._request_poll(name)

    async def stop_shard(self, shard: int) -> None:
        """Be through with what is in a shard, and know nothing of it any more: another replica will."""
        await self.queue.wait_until_released()
        for name in self._syncs_in_shard(shard):
            self._forget(name)

    async def reconcile(self, name: str) -> Result:
        """One pass; every failure ends in the status, none goes further."""
        with bound_contextvars(sync=name):
            return await self._reconcile(name)

    async def _reconcile(self, name: str) -> Result:
        sync = self._shared.syncs.get(name)
        if sync is None:
            self._forget(name)
            return Result()
        reporter = StatusWriter(self._shared, sync)
        try:
            if sync.metadata.deletion_timestamp:
                return await self._delete(sync, reporter)
            return await self._reconcile_normal(sync, reporter)
        except KubeError as error:
            log.warning("pass broken off", error=str(error))
        except Exception:
            log.exception("pass failed")
            await self._fault(name, reporter)
        return Result(failed=True)

    def _syncs_in_shard(self, shard: int) -> list[str]:
        names = [sync.metadata.name for sync in self._shared.syncs]
        return [name for name in names if self._shared.share.shard_of(name) == shard]

    def _forget(self, name: str) -> None:
        self._asked.pop(name, None)
        self._stale.discard(name)
        self._waiting.discard(name)
        self._freshness.forget(name)
        self._shared.being_deleted.note(name, ())
        self.queue.forget(name)

    async def _reconcile_normal(self, sync: InfrahubSync, reporter: StatusWriter) -> Result:
        await reclaim(self._shared, sync)
        if sync.spec.suspend:
            self._asked.pop(sync.metadata.name, None)
            await reporter.suspended()
            return Result()
        name = sync.metadata.name
        if found := dependency_cycle(Dependency(name), self._shared.syncs, self._shared.resources):
            await reporter.record_event(Reason.DEPENDENCY_CYCLE, found)
            return Result()
        try:
            interval = self._interval(sync)
        except ValueError as error:
            await reporter.record_event(Reason.INVALID_SPEC, f"spec.interval: {error}")
            return Result()
        return await self._poll_if_due(sync, reporter, interval)

    async def _poll_if_due(self, sync: InfrahubSync, reporter: StatusWriter, interval: float) -> Result:
        """Ask Infrahub if it is time to, else sum up."""
        name = sync.metadata.name
        asked = self._asked.get(name)
        admission = current_step(self._shared, sync, asked.done.waiting if asked else ())
        wait = asked.wait(sync) if asked and name not in self._stale and not admission.can_proceed else 0
        if asked and wait > 0:
            removal = await self._prune(sync, asked)
            await reporter.readiness_changed(asked.done, asked.failure, removal, admission)
            return Result(requeue_after=wait, failed=removal.failed)
        infrahub = sync.spec.source.infrahub_api_url
        if not self._limiter.acquire(infrahub, name):
            return Result(requeue_after=TRY_AGAIN_AFTER)
        try:
            return await self._poll_with_slot(sync, interval, asked)
        except PollOutdatedError:
            return Result()
        finally:
            if called := self._limiter.release(infrahub):
                self.queue.add(called)

    async def _poll_with_slot(self, sync: InfrahubSync, interval: float, asked: PollState | None) -> Result:
        name = sync.metadata.name
        sync = await self._with_finalizer(sync)
        if asked and name in self._stale:
            asked = asked.afresh()
        self._stale.discard(name)
        self._asked.pop(name, None)  # until there is a new one: a pass that breaks off is made again
        answer = self._asked[name] = await self._poll(sync, StatusWriter(self._shared, sync), interval, asked)
        return Result(requeue_after=answer.wait(sync))

    async def _poll(
        self, sync: InfrahubSync, reporter: StatusWriter, interval: float, before: PollState | None
    ) -> PollState:
        """Ask Infrahub. A failure keeps everything as it is and is tried again, sooner than the interval at first."""
        await reporter.started()
        try:
            source = await self._source(sync)
            work = reconcile_artifacts(self._shared, sync, source, before.done if before else NOTHING)
            done = await self._passes.run(sync.metadata.name, work)
        except SourceError as error:
            failure = SyncProblem(error.reason, str(error))
            await reporter.failed(failure)
            return failed(sync, before, interval, failure, error.retry_after)
        self._freshness.listed(sync.metadata.name)
        asked = answered(sync, before, interval, done)
        admission = current_step(self._shared, sync, done.waiting)
        await reporter.done(done, await self._prune(sync, asked), admission)
        return asked

    async def _prune(self, sync: InfrahubSync, asked: PollState) -> PruneResult:
        """Delete what is no longer listed as soon as it may go; not while nobody knows what is listed now."""
        unlisted_resources = asked.done.unlisted_resources
        self._shared.being_deleted.note(sync.metadata.name, unlisted_resources)
        return PruneResult() if asked.failure else await prune(self._shared, sync, asked.done)

    async def _with_finalizer(self, sync: InfrahubSync) -> InfrahubSync:
        if SYNC_FINALIZER in sync.metadata.finalizers:
            return sync
        finalizers = (*sync.metadata.finalizers, SYNC_FINALIZER)
        return await set_finalizers(self._shared.client, self._shared.syncs, sync, finalizers)

    async def _source(self, sync: InfrahubSync) -> Source:
        query = self._shared.settings().query_name

        def remark(reason: Reason, message: str) -> None:
            self._shared.recorder.say(sync, "Warning", reason, message)

        known = SourceContext(self._shared.infrahub_secrets, self._shared.syncs, self._shared.namespace)
        try:
            return await source_of(sync, query, known, self._pool, remark)
        except SourceError as error:
            if error.reason is not Reason.CREDENTIALS_MISSING:
                raise
            host = hostname_of(sync.spec.source.infrahub_api_url)
            more = await self._shared.overlooked.hint(INFRAHUB_LABEL, host)
            raise SourceError(error.reason, f"{error}{more}") from None

    async def _delete(self, sync: InfrahubSync, reporter: StatusWriter) -> Result:
        """Delete the VidraResources, each of which removes its objects, and wait for the last to be gone."""
        if SYNC_FINALIZER not in sync.metadata.finalizers:
            return Result()
        left = self._shared.resources.group(sync.metadata.name)
        self._shared.being_deleted.note(sync.metadata.name, [item.metadata.name for item in left])
        if waiting := await self._wait_for_successors(sync, reporter):
            return waiting
        left = left or await list_from_server(self._shared, sync)
        for resource in left:
            if not resource.metadata.deletion_timestamp:
                await delete_resource(self._shared, sync, resource)
        if left:
            await reporter.record_event(
                Reason.DELETING, f"{len(left)} VidraResources are being removed", progressing=True
            )
            return Result(requeue_after=LONGEST_WAIT_TO_DELETE)
        await self._shared.content.delete_for_sync(sync.metadata.name)
        rest = tuple(item for item in sync.metadata.finalizers if item != SYNC_FINALIZER)
        await set_finalizers(self._shared.client, self._shared.syncs, sync, rest)
        log.info("removed")
        return Result()

    async def _wait_for_successors(self, sync: InfrahubSync, reporter: StatusWriter) -> Result | None:
        """Whether others first have to own what this sync has; they have until the time-out of the deletion."""
        name = sync.metadata.name
        now = datetime.now(UTC)
        left = deletion_time_left(sync.metadata.deletion_timestamp, sync.spec.deletion_timeout, now).total_seconds()
        waits_for = successors(sync, self._shared.syncs, self._shared.resources.group) if left > 0 else ()
        if not waits_for:
            self._waiting.discard(name)
            return None
        self._waiting.add(name)
        message = f"waiting until {', '.join(waits_for)} has taken over"
        await reporter.record_event(Reason.DELETING, message, progressing=True)
        return Result(requeue_after=left)

    async def _fault(self, name: str, reporter: StatusWriter) -> None:
        try:
            await reporter.record_event(
                Reason.INTERNAL_ERROR, "a fault of Vidra: see the operator's log, and report it"
            )
        except KubeError as error:
            log.warning("status not written", sync=name, error=str(error))

    def _interval(self, sync: InfrahubSync) -> float:
        interval = self._shared.settings().sync_interval
        return (parse_interval(sync.spec.interval) if sync.spec.interval else interval).total_seconds()

    def _request_poll(self, name: str) -> None:
        self._stale.add(name)
        self.queue.add(name)

    def _secret_changed(self, old: Secret | None, new: Secret | None) -> None:
        """Ask at once whom the credentials may be for."""
        if not is_another(old, new):
            return
        for sync in self._shared.syncs:
            if any(secret and concerns(secret, sync.spec.source.infrahub_api_url) for secret in (old, new)):
                self._request_poll(sync.metadata.name)

    def _cluster_changed(self, old: Secret | None, new: Secret | None) -> None:
        """A cluster may have come to a sync that selects by labels, left it, or moved."""
        for sync in self._shared.syncs:
            selector = sync.spec.destination.cluster_selector
            if selector and any(secret and matches(selector, secret.metadata.labels) for secret in (old, new)):
                self._request_poll(sync.metadata.name)

    def _text_changed(self, old: PartialObjectMetadata | None, new: PartialObjectMetadata | None) -> None:
        """Ask soon for a text that somebody deleted: when it is needed, Infrahub may be away."""
        if old is None or new is not None:
            return
        for resource in self._shared.resources:
            content = resource.spec.content
            wanted = content and old.metadata.name in content.secrets and not resource.metadata.deletion_timestamp
            if wanted and (name := sync_of(resource)):
                self._stale.add(name)
                self.queue.add_after(name, SUM_UP_AFTER)

    def _sync_changed(self, old: InfrahubSync | None, new: InfrahubSync | None) -> None:
        if needs_reconcile(old.metadata if old else None, new.metadata if new else None):
            item = new or old
            assert item is not None
            self.queue.add(item.metadata.name)
            if old and (new is None or old.metadata.generation != new.metadata.generation):
                self._passes.cancel(item.metadata.name)
        for name in self._waiting:
            self.queue.add(name)
        if (old.spec.depends_on if old else ()) != (new.spec.depends_on if new else ()):
            for sync in self._shared.syncs:
                if sync.spec.depends_on:
                    self.queue.add(sync.metadata.name)

    def _resource_changed(self, old: VidraResource | None, new: VidraResource | None) -> None:
        """Sum up what changed; ask Infrahub again for what somebody deleted, or whose text is lost."""
        item = new or old
        assert item is not None
        name = sync_of(item)
        if not name:
            return
        asked = self._asked.get(name)
        gone = new is None and (asked is None or artifact_of(item) in asked.done.artifacts)
        if gone or (new is not None and _needs_its_text(new) and not (old and _needs_its_text(old))):
            self._request_poll(name)
        elif self._unready.note(name, old, new):
            self.queue.add(name)
        elif _status_projection(old) != _status_projection(new):
            self.queue.add_after(name, SUM_UP_AFTER)


def _needs_its_text(resource: VidraResource) -> bool:
    return is_lost(resource) or is_refused(resource)


def _status_projection(resource: VidraResource | None) -> tuple[bool, str, int, str | None] | None:
    """What a sync's status repeats of a VidraResource."""
    if resource is None:
        return None
    condition, status = find(resource.status.conditions, ConditionType.READY), resource.status
    return ready(resource), condition.reason if condition else "", len(status.managed_resources), status.health
