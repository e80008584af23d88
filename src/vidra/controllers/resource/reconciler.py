"""Drives passes over VidraResources: when, and with which text."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime

import msgspec
import structlog

from vidra.api.conditions import is_ready
from vidra.api.health import Status
from vidra.api.names import CLUSTER_LABEL
from vidra.api.policies import ConflictPolicy
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, VidraResource
from vidra.api.sync import InfrahubSync
from vidra.apply.ended_objects import noted
from vidra.apply.field_owner import Owner, hub_of
from vidra.apply.inventory import Inventory, ref_of
from vidra.apply.inventory_index import Claim, Claims, Place
from vidra.apply.options import ApplyOptions
from vidra.apply.refusals import pause
from vidra.clusters.circuit_breaker import ProbePendingError
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.clusters.secret_index import concerns
from vidra.common.urls import host_of
from vidra.controllers.resource.apply.conflict_peers import peers_in
from vidra.controllers.resource.apply.guard_check import CheckedBefore
from vidra.controllers.resource.apply.reconcile import ReconcileAbortedError, ReconcileResult, apply_and_prune
from vidra.controllers.resource.apply.retry import Retries
from vidra.controllers.resource.apply.sibling_handover import may_take, waits_for_siblings
from vidra.controllers.resource.apply.up_to_date import distrusted, is_up_to_date, last_reconcile_complete, watched
from vidra.controllers.resource.cluster import ClusterResolver, kind_at
from vidra.controllers.resource.concurrency import ClusterConcurrency
from vidra.controllers.resource.definition_deleted import Definitions
from vidra.controllers.resource.dependencies import dependency_elsewhere, dependency_obstacle, gated, waits_for
from vidra.controllers.resource.drift.review import DriftReviews
from vidra.controllers.resource.finalize import finalize, grace_of, time_left, unexplained
from vidra.controllers.resource.health import (
    HealthDeadline,
    aggregate_health,
    also_unseen,
    ready_when_healthy,
    summarize_health,
)
from vidra.controllers.resource.migration import LegacyMigration
from vidra.controllers.resource.status.compute import Outcome, as_applied, reason_of
from vidra.controllers.resource.status.size import TooLarge, overfull
from vidra.controllers.resource.status.writer import StatusWriter
from vidra.controllers.runtime.content_chunks import ContentError
from vidra.controllers.runtime.context import ControllerContext, shard_key, sync_of
from vidra.controllers.runtime.controller import Controller, interval_seconds
from vidra.controllers.runtime.finalizers import add_finalizer, has_finalizer, remove_finalizer
from vidra.controllers.runtime.offload import yield_to_loop
from vidra.controllers.runtime.predicates import needs_reconcile, went_back
from vidra.controllers.runtime.workqueue import Result
from vidra.kube.discovery import StaleDiscoveryError
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.types import Secret
from vidra.manifests import Ref

log = structlog.get_logger("vidra.resource")

WORKERS = 128
"""Passes at a time. Each cluster has places of its own, so that one that hangs does not hold many of them."""
TRY_AGAIN_AFTER = 2.0
"""Seconds after which a pass that waits for a place looks again, should nobody call it."""
ANSWERED_WITHIN = 15.0
"""Seconds after which a pass looks again that waits for a cluster to say whether it is there, should nobody call it."""
LONGEST_WAIT = 30.0
"""Seconds between looks at what somebody else has to end, if no watch tells when: a kind, a namespace, a deletion."""
LAST_TRY = 10.0
"""Seconds that a deletion may try when its time is over, or almost: the operator may have been away meanwhile."""
HEALTH_CHECK_AFTER = 0.1
"""Seconds over which news of how objects are is gathered into one look."""
MOMENT = 0.5
"""Seconds by which a deletion may end late, so that the end of its time is not crept up to."""


class ResourceReconciler(Controller[VidraResource]):
    """Keeps every VidraResource's objects as its manifest says."""

    name = "vidraresource"
    log_key = "resource"

    def __init__(self, shared: ControllerContext) -> None:
        super().__init__(shared, shared.resources, shard_key, WORKERS, self._refresh_health)
        self._names: dict[str, str] = {}
        self._unwanted: dict[str, frozenset[str]] = {}
        """Objects that VidraResources keep only until others have taken them over, by name."""
        self._drifts = DriftReviews(self._siblings)
        self._retries = Retries()
        self._claims = Claims(shared.resources, shared.hub, lambda item: shard_key(item) in shared.share)
        self._health_deadline = HealthDeadline()
        self._definitions = Definitions(shared.client)
        self._judged = CheckedBefore()
        self._restored: set[str] = set()
        """VidraResources that went back to an earlier state: what is in the cluster may be of a later one."""
        self._owed: dict[str, tuple[StatusWriter, ReconcileResult]] = {}
        """What passes came to whose status could not be written, by name."""
        self._where: dict[str, Cluster] = {}
        """Where each owner, by field manager, had its last pass."""
        self._places = ClusterConcurrency(self.queue.add)
        shared.resources.listen(self._resource_changed)
        shared.syncs.listen(self._sync_changed)
        shared.being_deleted.listen(self._enqueue_conflicts)
        shared.handovers.listen(self._on_sync_distributed)
        shared.cluster_secrets.listen(self._credentials_changed)

    def on_object_event(self, manager: str) -> None:
        """Something happened to an object that this field manager holds, or held; or a new kind came."""
        name = self._names.get(manager)
        resource = self._shared.resources.get(name) if name else None
        if resource and self._should_reconcile_on_event(resource):
            self.queue.add(resource.metadata.name)
        else:
            self.on_health_changed(manager)  # Put back at the interval; but how the objects are is told now.

    def on_condition_met(self, manager: str) -> None:
        """There is news that whoever has this field manager waits for."""
        if name := self._names.get(manager):
            self.queue.add(name)

    def on_health_changed(self, manager: str) -> None:
        """An object that this field manager holds is better or worse than before."""
        if name := self._names.get(manager):
            self.queue.add_health_check_after(name, HEALTH_CHECK_AFTER)

    async def _reconcile(self, resource: VidraResource) -> Result:
        name = resource.metadata.name
        owner = Owner(self._shared.hub, name)
        self._names[owner.manager] = name
        try:
            if resource.metadata.deletion_timestamp:
                return await self._delete(resource, owner)
            await self._say_owed(name)
            resource = self._shared.resources.get(name) or resource
            with self._shared.delivery_tracer.resume(resource, "pass"):
                return await self._reconcile_normal(resource, owner)
        except TooLarge as error:
            return await self._too_large(resource, str(error))

    def _broken_off(self, resource: VidraResource, error: KubeError) -> None:
        StatusWriter(self._shared, resource).aborted(error)

    async def _say_fault(self, resource: VidraResource) -> None:
        await StatusWriter(self._shared, resource).internal_error()

    async def _too_large(self, resource: VidraResource, message: str) -> Result:
        """Say that a status cannot be written. Nothing is done about it before somebody changes something."""
        try:
            await StatusWriter(self._shared, resource).too_large(message, self._evaluate_objects(resource))
        except (KubeError, TooLarge) as error:
            log.warning("status not written", error=str(error))
        return Result(failed=True)

    async def _reconcile_normal(self, resource: VidraResource, owner: Owner) -> Result:
        """Make the pass, and turn what stands in its way into a reason."""
        reporter = StatusWriter(self._shared, resource)
        if self._suspended(resource):
            return await self._look_on(resource, owner)
        try:
            interval = interval_seconds(resource.spec.interval, self._shared.settings().resource_interval)
        except ValueError as error:
            await reporter.failed(
                Reason.INVALID_SPEC, f"spec.interval: {error}", health=self._evaluate_objects(resource)
            )
            return Result()
        return await self._reconcile_on_cluster(resource, owner, reporter, interval)

    async def _look_on(self, resource: VidraResource, owner: Owner) -> Result:
        """Do nothing, and say how the objects are."""
        resolver = ClusterResolver(self._shared.clusters, resource)
        try:
            cluster = self._cluster(resource, resolver, owner)
            await watched(resource.status.managed_resources, cluster, owner)
        except ProbePendingError:
            return Result(requeue_after=ANSWERED_WITHIN)
        except (ClusterError, ReconcileAbortedError, KubeError, StaleDiscoveryError):
            health = Status.UNKNOWN
        else:
            health = self._evaluate_objects(resource)
        await StatusWriter(self._shared, resource).suspended(health)
        return Result()

    async def _reconcile_on_cluster(
        self, resource: VidraResource, owner: Owner, reporter: StatusWriter, interval: float
    ) -> Result:
        resolver, cluster = ClusterResolver(self._shared.clusters, resource), None
        try:
            if resource.status.observed_generation < resource.metadata.generation:
                self._shared.content.check(resource)
            cluster = self._cluster(resource, resolver, owner)
            with self._places.slot(cluster, owner.name) as free:
                if not free:
                    return Result(requeue_after=TRY_AGAIN_AFTER)
                done = await self._apply(resource, resolver, cluster, owner)
        except ProbePendingError:
            return Result(requeue_after=ANSWERED_WITHIN)
        except ClusterError as error:
            await reporter.failed(error.reason, str(error) + await self._overlooked(error, resource))
        except ContentError as error:
            await reporter.failed(error.reason, str(error), health=self._evaluate_objects(resource))
        except ReconcileAbortedError as error:
            if cluster is not None and cluster.closed:
                await reporter.interrupted(error.inventory, error.held)
                return Result(requeue_after=0)
            await reporter.failed(reason_of(error.cause), str(error.cause), error.inventory, error.held)
            if isinstance(error.cause, ApiError) and error.cause.transient:
                interval = min(interval, LONGEST_WAIT)  # it answers, so that nobody tells when it is well again
        else:
            return self._requeue_after(done, owner, interval)
        return Result(requeue_after=interval, failed=True)

    async def _overlooked(self, error: ClusterError, resource: VidraResource) -> str:
        """What to add when the Secret that is missing may be where none counts."""
        if error.reason is not Reason.CLUSTER_CREDENTIALS_MISSING:
            return ""
        return await self._shared.overlooked.hint(CLUSTER_LABEL, host_of(resource.spec.destination.server or ""))

    def _cluster(self, resource: VidraResource, resolver: ClusterResolver, owner: Owner) -> Cluster:
        """The cluster of the destination, if it is there."""
        cluster = resolver.destination()
        before = self._where.get(owner.manager)
        if before is not None and before is not cluster:
            before.leave(owner.manager)
        self._where[owner.manager] = cluster
        try:
            cluster.breaker.require_available(owner.manager)
        except ProbePendingError:
            raise
        except KubeError as error:
            raise ReconcileAbortedError(error, Inventory.of(resource.status.managed_resources)) from None
        return cluster

    async def _apply(
        self, resource: VidraResource, resolver: ClusterResolver, cluster: Cluster, owner: Owner
    ) -> ReconcileResult | None:
        """Apply, unless nothing is to be done."""
        if owner.name in self._restored:
            resource = distrusted(resource)
        if message := overfull(resource):
            raise TooLarge(message)
        if resolver.was_replaced(cluster):
            resource = await StatusWriter(self._shared, resource).replaced(cluster)
            resolver = ClusterResolver(self._shared.clusters, resource)
        judged = not self._judged.due(resource, cluster)
        if judged and await is_up_to_date(resource, cluster, owner, self._drifts.suspects):
            await StatusWriter(self._shared, resource).health_changed(
                self._evaluate_health(as_applied(resource), resource, cluster)
            )
            return None
        if problem := await self._check_dependencies(resource, cluster, owner):
            await StatusWriter(self._shared, resource).waiting(problem, self._evaluate_objects(resource))
            return None
        resource = await add_finalizer(self._shared.client, self._shared.resources, resource)
        reporter = StatusWriter(self._shared, resource)
        text = await self._text(resource)
        adopted: list[Ref] = []
        options = self._apply_options(resource, cluster, adopted.append)
        migration = LegacyMigration(cluster, resource, owner, self._shared.resources.get)
        try:
            done = await apply_and_prune(
                *(resolver, resource, cluster, owner, text),
                options=options,
                migration=migration,
                drifts=self._drifts,
                retries=self._retries,
                claims=self._claims,
                ahead=reporter.inventory_ahead,
            )
        except ReconcileAbortedError:
            cluster.breaker.record_failure()
            raise
        finally:
            reporter.adopted(adopted)
        await yield_to_loop(done.outcome.total)
        done = msgspec.structs.replace(done, outcome=self._evaluate_health(done.outcome, resource, cluster))
        await yield_to_loop(done.outcome.total)
        self._count(done)
        await self._finish(reporter, owner.name, done)
        self._restored.discard(owner.name)
        self._judged.note(owner.name)
        # Only now: an owner is woken for what its status says that it waits for.
        reasons = {problem.reason for problem in done.outcome.problems}
        (cluster.definitions.wait if Reason.KIND_UNKNOWN in reasons else cluster.definitions.done)(owner.manager)
        (cluster.namespaces.wait if Reason.NAMESPACE_MISSING in reasons else cluster.namespaces.done)(owner.manager)
        contested = not reasons.isdisjoint({Reason.CONFLICT, Reason.NOT_OWNED})
        (cluster.contested.add if contested else cluster.contested.discard)(owner.manager)
        return done

    async def _finish(self, reporter: StatusWriter, name: str, done: ReconcileResult) -> None:
        """Say what a pass came to; what cannot be said now is said before anything else is done."""
        try:
            await reporter.done(done)
        except KubeError:
            self._owed[name] = reporter, done
            raise

    async def _say_owed(self, name: str) -> None:
        """Write the status that an earlier pass could not: nothing is applied again because of it.

        Raises:
            KubeError: It still cannot be written.
            TooLarge: It never can be.
        """
        owed = self._owed.pop(name, None)
        if owed is None:
            return
        try:
            await self._finish(owed[0], name, owed[1])
        except ApiError as error:
            if not (error.conflict or error.not_found):
                raise
            self._owed.pop(name, None)  # It is about a VidraResource that is no more.

    def _count(self, done: ReconcileResult) -> None:
        metrics = self._shared.metrics
        metrics.applied.inc(done.changed)
        metrics.reverted.inc(len(done.reverted))
        metrics.pruned.inc(done.removed)

    async def _check_dependencies(
        self, resource: VidraResource, cluster: Cluster, owner: Owner
    ) -> ObjectProblem | None:
        """What has to be there, and well, before anything new is applied, and is not."""
        if not gated(resource):
            return None
        problem = dependency_obstacle(self._shared, resource) or await dependency_elsewhere(resource, cluster, owner)
        if problem is None:
            cluster.object_watches.hold(owner.manager, ())
        return problem

    async def _refresh_health(self, name: str) -> None:
        """Say how the objects are, if nothing else is to be done; or go on with a pass that waited for that."""
        resource = self._shared.resources.get(name)
        if resource is None or resource.metadata.deletion_timestamp:
            return
        if self._suspended(resource):
            await StatusWriter(self._shared, resource).suspended(self._evaluate_objects(resource))
            return
        if resource.status.problems:
            self.queue.add(name)
            return
        if not last_reconcile_complete(resource):
            return
        try:
            cluster = ClusterResolver(self._shared.clusters, resource).destination()
            with self._shared.delivery_tracer.resume(resource, "look"):
                await StatusWriter(self._shared, resource).health_changed(
                    self._evaluate_health(as_applied(resource), resource, cluster)
                )
        except (ClusterError, KubeError, TooLarge) as error:
            log.warning("health not reported", resource=name, error=str(error))

    def _evaluate_objects(self, resource: VidraResource) -> Status:
        """How what was applied is, as far as it is seen now."""
        try:
            cluster = ClusterResolver(self._shared.clusters, resource).destination()
        except ClusterError:
            return Status.UNKNOWN
        return summarize_health(resource.status.managed_resources, cluster).worst

    def _evaluate_health(self, outcome: Outcome, resource: VidraResource, cluster: Cluster) -> Outcome:
        """The outcome with how the objects are; who waits for them to be well is not Ready before."""
        inventory = noted(outcome.inventory, lambda entry: kind_at(entry, cluster), cluster.observed)
        found = summarize_health(inventory.listing(), cluster)
        outcome = msgspec.structs.replace(outcome, inventory=inventory, health=aggregate_health(outcome, found))
        name, verdict = resource.metadata.name, outcome.verdict
        if resource.spec.wait and verdict.ready:
            left = self._health_deadline.left(resource, outcome.checksum)
            verdict = ready_when_healthy(verdict, found, in_time=left > 0)
            if verdict.progressing:
                self.queue.add_health_check_after(name, left + MOMENT)
                if found.asked:
                    self.queue.add_after(name, LONGEST_WAIT)
        if found.limiter < math.inf:
            self.queue.add_health_check_after(name, max(0, found.limiter - time.time()) + MOMENT)
        if verdict.ready:
            self._health_deadline.over(name)
            verdict = also_unseen(verdict, found)
        return msgspec.structs.replace(outcome, verdict=verdict)

    async def _delete(self, resource: VidraResource, owner: Owner) -> Result:
        if not has_finalizer(resource):
            return Result()
        reporter = StatusWriter(self._shared, resource)
        seconds = max(time_left(resource, datetime.now(UTC)), LAST_TRY)
        peers = self._shared.resources.get
        resolver = ClusterResolver(self._shared.clusters, resource)
        try:
            undefined = await self._definitions.why(resource, self._shared.syncs.get(sync_of(resource)))
        except KubeError as error:
            removal = unexplained(resource, error)
        else:
            if undefined:
                reporter.spared(undefined)
                return await self._remove_finalizer(resource)
            grace = grace_of(resource, datetime.now(UTC))
            removal = await finalize(resolver, resource, owner, peers, self._claims, seconds=seconds, grace=grace)
        reporter.kept(removal.kept)
        reporter.held(removal.held)
        outcome = removal.outcome
        if outcome.inventory.entries:
            left = time_left(resource, datetime.now(UTC))
            if left > 0 or removal.asking:
                await reporter.deleting(outcome)
                left = min(left, left if removal.again is None else removal.again)
                longest = pause((problem.reason for problem in outcome.problems), LONGEST_WAIT) or LONGEST_WAIT
                return Result(
                    requeue_after=min(longest, max(left, MOMENT) + MOMENT), failed=not outcome.verdict.progressing
                )
            reporter.orphaned(outcome)
        return await self._remove_finalizer(resource)

    async def _remove_finalizer(self, resource: VidraResource) -> Result:
        """Nothing holds it any more."""
        await self._shared.content.delete_for_resource(sync_of(resource), resource, self._siblings(resource))
        await remove_finalizer(self._shared.client, self._shared.resources, resource)
        log.info("removed", objects=len(resource.status.managed_resources))
        return Result()

    async def _text(self, resource: VidraResource) -> bytes:
        if resource.spec.content is not None:
            return await self._shared.content.load(resource)
        return (resource.spec.manifest or "").encode()

    def _suspended(self, resource: VidraResource) -> bool:
        sync = self._shared.syncs.get(sync_of(resource))
        return resource.spec.suspend or (sync is not None and sync.spec.suspend)

    def _apply_options(self, resource: VidraResource, cluster: Cluster, adopted: Callable[[Ref], None]) -> ApplyOptions:
        """Its own policies, unless it is about to go: then it takes nothing from anybody."""
        shared = self._shared

        def waits(unwanted: Collection[ManagedObject]) -> bool:
            return self._may_be_taken_over(resource, unwanted)

        def claims(entry: ManagedObject) -> tuple[Claim, ...]:
            place = Place(entry.server, hub_of(cluster.uid), entry.uid)
            return self._claims.others(Owner(shared.hub, resource.metadata.name), entry, place)

        def overlooked(entry: ManagedObject) -> bool:
            return bool(claims(entry))

        def claimed(entry: ManagedObject) -> bool:
            return any(claim.confirmed for claim in claims(entry))

        may_describe = shared.settings().label_namespaces
        if resource.metadata.name not in shared.being_deleted:
            conflict_peers = peers_in(shared.resources, shared.hub, shared.being_deleted, self._unwanted)
            return ApplyOptions(resource.spec, conflict_peers, adopted, waits, overlooked, claimed, may_describe)
        non_forcing = msgspec.structs.replace(resource.spec, conflict_policy=ConflictPolicy.FAIL)
        return ApplyOptions(
            non_forcing,
            peers_in(shared.resources, shared.hub, (), {}),
            adopted,
            waits,
            overlooked,
            claimed,
            may_describe,
        )

    def _may_be_taken_over(self, resource: VidraResource, unwanted: Collection[ManagedObject]) -> bool:
        """Whether another VidraResource of the sync may be about to own what this one no longer wants."""
        sync = sync_of(resource)
        before = self._unwanted.pop(resource.metadata.name, frozenset())
        if not sync or not unwanted:
            return False
        siblings = (
            item
            for item in self._shared.resources.group(sync)
            if item.metadata.name != resource.metadata.name
            and not item.metadata.deletion_timestamp
            and item.metadata.name not in self._shared.being_deleted
        )
        waits = sync in self._shared.handovers or may_take(siblings, unwanted)
        if waits:
            now = self._unwanted[resource.metadata.name] = frozenset(str(ref_of(entry)) for entry in unwanted)
            if now - before:
                self._enqueue_conflicts()
        return waits

    def _siblings(self, resource: VidraResource) -> list[VidraResource]:
        """Those of the same sync that stay."""
        name, sync = resource.metadata.name, sync_of(resource)
        group = self._shared.resources.group(sync) if sync else []
        return [item for item in group if item.metadata.name != name and not item.metadata.deletion_timestamp]

    def _on_sync_distributed(self, sync: str) -> None:
        """Whoever waits for the others of the sync may see them with their new text now."""
        for resource in self._shared.resources.group(sync):
            if waits_for_siblings(resource.status.problems):
                self.queue.add(resource.metadata.name)

    def _enqueue_conflicts(self) -> None:
        """Whoever was refused a field may have it now."""
        for resource in self._shared.resources:
            if any(problem.reason == Reason.CONFLICT for problem in resource.status.problems):
                self.queue.add(resource.metadata.name)

    def _should_reconcile_on_event(self, resource: VidraResource) -> bool:
        """Whether an event is worth a pass: drift only where it was asked for, the end of a wait always."""
        wanted = self._shared.settings().event_based or resource.spec.destination.reconcile_on_events
        return wanted or resource.metadata.deletion_timestamp is not None or bool(resource.status.problems)

    def _resource_changed(self, old: VidraResource | None, new: VidraResource | None) -> None:
        if needs_reconcile(old.metadata if old else None, new.metadata if new else None):
            item = new or old
            assert item is not None
            self.queue.add(item.metadata.name)
        if old and new and went_back(old.metadata, new.metadata):
            self._restored.add(new.metadata.name)
            self.queue.add(new.metadata.name)
        if changed := _readiness_changed(old, new):
            self._enqueue_dependents(changed)

    def _credentials_changed(self, old: Secret | None, new: Secret | None) -> None:
        """Whoever goes where a Secret leads, or led, looks again."""
        for resource in self._shared.resources:
            servers = {resource.spec.destination.server, *(item.server for item in resource.status.clusters)}
            if any(server and concerns(server, old, new) for server in servers):
                self.queue.add(resource.metadata.name)

    def _sync_changed(self, old: InfrahubSync | None, new: InfrahubSync | None) -> None:
        """Suspending a sync, or going on with it, is felt by its VidraResources."""
        if new and (old is None or old.spec.suspend != new.spec.suspend):
            for resource in self._shared.resources.group(new.metadata.name):
                self.queue.add(resource.metadata.name)
        if item := _readiness_changed(old, new):
            self._enqueue_dependents(item)

    def _enqueue_dependents(self, item: InfrahubSync | VidraResource) -> None:
        """Whoever waits for this one may go on now."""
        for resource in self._shared.resources:
            if waits_for(resource.status.problems, item.kind, item.metadata.name):
                self.queue.add(resource.metadata.name)

    def forget(self, name: str) -> None:
        """It is gone, or another replica's."""
        owner = Owner(self._shared.hub, name)
        self._names.pop(owner.manager, None)
        self._unwanted.pop(owner.name, None)
        self._owed.pop(owner.name, None)
        self._restored.discard(owner.name)
        self._drifts.forget(owner.name)
        self._retries.forget(owner.name)
        self._shared.delivery_tracer.forget(owner.name)
        self._health_deadline.over(owner.name)
        self._judged.forget(owner.name)
        self._where.pop(owner.manager, None)
        self.queue.forget(owner.name)
        self._shared.clusters.leave(owner.manager)

    def _requeue_after(self, done: ReconcileResult | None, owner: Owner, interval: float) -> Result:
        """When to look again: what ends by itself is looked for more often than what needs a person."""
        if done is None or done.outcome.checksum:
            left_so = done is not None and done.outcome.drifted
            return Result(requeue_after=min(interval, LONGEST_WAIT) if left_so else interval)
        rest = self._drifts.fights.next_try(owner.name, time.monotonic())
        if rest is not None:
            return Result(requeue_after=min(interval, rest))
        after = pause((problem.reason for problem in done.outcome.problems), LONGEST_WAIT)
        if after is None and done.outcome.verdict.progressing:
            after = LONGEST_WAIT
        return Result(requeue_after=interval if after is None else min(interval, after), failed=True)


def _readiness_changed(
    old: InfrahubSync | VidraResource | None, new: InfrahubSync | VidraResource | None
) -> InfrahubSync | VidraResource | None:
    """What became Ready, or is no longer, or waits for something else than before."""
    if old and new and _ready(old) == _ready(new) and old.spec.depends_on == new.spec.depends_on:
        return None
    return new or old


def _ready(item: InfrahubSync | VidraResource) -> bool:
    return is_ready(item.status.conditions, item.metadata.generation)
