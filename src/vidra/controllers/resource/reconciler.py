"""Reconciles VidraResources: applies the manifest to a cluster, and writes the result into the status.

Called by `runtime/workqueue.py`; calls `finalize.py`, `dependencies.py`, `apply/`, `health/` and `status/`.
"""

from __future__ import annotations

import msgspec

from vidra.api.names import RESOURCE_KIND
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.apply.field_owner import Owner
from vidra.apply.inventory_index import Claims
from vidra.apply.inventory_reading import InventoryUnseenError
from vidra.clusters.circuit_breaker import ProbePendingError
from vidra.clusters.errors import ClusterError
from vidra.controllers.resource import dependencies, requeue
from vidra.controllers.resource.apply.prove import prove
from vidra.controllers.resource.apply.result import ReconcileAbortedError, ReconcileResult
from vidra.controllers.resource.apply.step import ApplyStep
from vidra.controllers.resource.apply.up_to_date import distrusted, nothing_to_do
from vidra.controllers.resource.cluster import ClusterResolver, Target, require_available
from vidra.controllers.resource.cluster_slots import ClusterConcurrency
from vidra.controllers.resource.finalize import Finalizer
from vidra.controllers.resource.health.check import HealthChecks
from vidra.controllers.resource.owner_lookup import OwnerLookup
from vidra.controllers.resource.state import ResourceState, ResourceStates
from vidra.controllers.resource.status.compute import reason_of
from vidra.controllers.resource.status.size import TooLarge, check_overfull, refused
from vidra.controllers.resource.status.writer import StatusWriter, unseen_message
from vidra.controllers.resource.watches import ResourceWatches, subscribe
from vidra.controllers.runtime.content_chunks import ContentError
from vidra.controllers.runtime.context import ControllerContext, is_suspended, shard_key
from vidra.controllers.runtime.controller import Controller, interval_seconds
from vidra.controllers.runtime.finalizers import add_finalizer
from vidra.controllers.runtime.inventory_store import PieceRefusedError
from vidra.controllers.runtime.predicates import forgets_lost
from vidra.controllers.runtime.workqueue import Result
from vidra.kube.errors import KubeError

WORKERS = 512
"""Reconciles at a time. The slots of the clusters limit those that use a cluster (`cluster_slots.py`); many more than
these may wait for late answers, which must not keep others from a worker."""


class ResourceReconciler(Controller[VidraResource]):
    """Keeps the objects of every VidraResource as its manifest says."""

    name = "vidraresource"
    log_key = "resource"

    def __init__(self, shared: ControllerContext) -> None:
        super().__init__(shared, shared.resources, shard_key, WORKERS)
        claims = Claims(
            *(shared.resources, shared.hub, lambda item: shard_key(item) in shared.share, shared.clusters.lead_to_one),
            read=OwnerLookup(shared.client, shared.resources, shared.hub).read,
            digests=shared.digests,
        )
        self._states = ResourceStates()
        self._slots = ClusterConcurrency(self.queue.add)
        self._health = HealthChecks(shared, self._states, self.queue)
        self._finalizer = Finalizer(shared, claims)
        self.watches = ResourceWatches(shared, self._states, self.queue)
        self._apply = ApplyStep(shared, self._states, claims, self.watches.enqueue_conflicts)

    async def _reconcile(self, resource: VidraResource) -> Result:
        owner = Owner(self._shared.hub, resource.metadata.name)
        state = self._states.of(owner)
        try:
            resource = await self._shared.inventories.seen(resource)
            if resource.metadata.deletion_timestamp:
                return await self._finalizer.finalize(state.known(resource), owner)
            await state.write_unwritten()
            resource = await self._written_back(self._store.get(owner.name) or resource)
            with self._shared.delivery_tracer.resume(resource, "pass"):
                return await self._reconcile_normal(resource, owner, state)
        except TooLarge as error:
            return await self._too_large(resource, str(error))
        except PieceRefusedError as error:
            return await self._too_large(resource, str(refused(len(resource.inventory), 0, str(error))))
        except InventoryUnseenError as error:
            return await self._inventory_unseen(resource, error)

    async def _written_back(self, resource: VidraResource) -> VidraResource:
        """The VidraResource, with its status written back if somebody else wrote it.

        Raises:
            KubeError: It could not be written.
        """
        found = self._shared.seals.foreign(resource)
        if found is None or not found.proven:
            return resource
        self._shared.seals.wrote_back(resource.metadata.name)
        await StatusWriter(self._shared, resource).write_back()
        return self._store.get(resource.metadata.name) or resource

    async def _reconcile_normal(self, resource: VidraResource, owner: Owner, state: ResourceState) -> Result:
        """Check everything that needs no cluster. The status says what is wrong."""
        if is_suspended(self._shared, resource):
            return await self._health.observe_suspended(resource, owner, state)
        try:
            interval = interval_seconds(resource.spec.interval, self._shared.settings().resource_interval)
        except ValueError as error:
            await self._failed(resource, Reason.INVALID_SPEC, f"spec.interval: {error}")
            return Result()
        try:
            if resource.status.observed_generation < resource.metadata.generation:
                self._shared.content.check(resource)
            return await self._reconcile_on_cluster(resource, owner, state, interval)
        except ProbePendingError:
            return Result(requeue_after=requeue.PROBE_WAIT)
        except ContentError as error:
            await self._failed(resource, error.reason, str(error))
        except ClusterError as error:
            await StatusWriter(self._shared, resource).no_cluster(error)
        return Result(requeue_after=interval, failed=True)

    async def _reconcile_on_cluster(
        self, resource: VidraResource, owner: Owner, state: ResourceState, interval: float
    ) -> Result:
        """Continue if the destination's cluster is available and has a free slot."""
        resolver = ClusterResolver(self._shared.clusters, resource)
        cluster = state.enter(resolver.destination(), owner)
        try:
            require_available(cluster, resource, owner)
            with self._slots.slot(cluster, owner.name) as free:
                if not free:
                    return Result(requeue_after=requeue.SLOT_WAIT)
                result = await self._reconcile_objects(Target(resource, owner, resolver, cluster), state)
        except ReconcileAbortedError as error:
            writer = StatusWriter(self._shared, resource)
            if cluster.closed:
                await writer.interrupted(error.inventory, error.held)
                return Result(requeue_after=0)
            await writer.failed(reason_of(error.cause), str(error.cause), error.inventory, error.held)
            return requeue.after_failure(error.cause, interval)
        return requeue.after_apply(result, interval, state.drift.fights)

    async def _reconcile_objects(self, target: Target, state: ResourceState) -> ReconcileResult | None:
        """Apply if anything is to be done; None when nothing is, or when a dependency is missing."""
        if state.restored:
            target = target.of(distrusted(target.resource))
        check_overfull(target.resource)
        if target.resolver.was_replaced(target.cluster):
            target = target.of(await StatusWriter(self._shared, target.resource).replaced(target.cluster))
        resource, cluster = target.resource, target.cluster
        if problem := await dependencies.obstacle(self._shared, target):
            await StatusWriter(self._shared, resource).waiting(problem, self._health.of_applied(resource))
            return None
        target = await prove(target, StatusWriter(self._shared, resource))
        known = self._shared.seals.is_proven(resource)
        if known and await nothing_to_do(target, state.drift.suspects, guard_checked=state.guard_checked):
            await self._health.report(target.resource, cluster)
            return None
        target = target.of(await self._with_finalizer(target.resource))
        writer = StatusWriter(self._shared, target.resource)
        applied = await self._apply.run(target, state, writer)
        result = await self._health.write_result(applied, target, state, writer)
        state.restored, state.guard_checked = False, True
        subscribe(cluster, target.owner.manager, {problem.reason for problem in result.outcome.problems})
        return result

    async def _with_finalizer(self, resource: VidraResource) -> VidraResource:
        """The VidraResource with the finalizer, and with what was found out of its inventory.

        Raises:
            KubeError: It could not be written; 409 when the VidraResource changed.
        """
        with_finalizer = await add_finalizer(self._shared.client, self._store, resource)
        return msgspec.structs.replace(with_finalizer, status=resource.status)

    async def check_health(self, name: str) -> None:
        """Write the health of the objects, if nothing else is to be done."""
        await self._health.refresh(name)

    def forget(self, name: str) -> None:
        """Drop its state: it was deleted, or is another replica's."""
        owner = Owner(self._shared.hub, name)
        self._states.forget(owner)
        self._shared.delivery_tracer.forget(name)
        self._shared.health.forget(RESOURCE_KIND, name)
        self.queue.forget(name)
        self._slots.forget(name)
        self._shared.seals.forget(name, gone=self._store.get(name) is None)
        self._shared.clusters.leave(owner.manager)

    async def _failed(self, resource: VidraResource, reason: Reason, message: str) -> None:
        health = self._health.of_applied(resource)
        await StatusWriter(self._shared, resource).failed(reason, message, health=health)

    async def _too_large(self, resource: VidraResource, message: str) -> Result:
        """Report that a status cannot be written. It is not retried before something changes."""
        try:
            await StatusWriter(self._shared, resource).too_large(message, self._health.of_applied(resource))
        except (KubeError, TooLarge) as error:
            self.log.warning("status not written", error=str(error))
        return Result(failed=True)

    async def _inventory_unseen(self, resource: VidraResource, error: InventoryUnseenError) -> Result:
        """Do nothing before the whole inventory can be seen: what it lists is neither deleted nor forgotten."""
        if forgets_lost(resource.metadata) == error.id:
            await StatusWriter(self._shared, resource).lost_forgotten(error)
            return Result(requeue_after=0)
        if resource.metadata.deletion_timestamp:
            return await self._finalizer.finalize_unseen(resource, unseen_message(resource, error))
        await StatusWriter(self._shared, resource).inventory_unseen(error)
        return Result(requeue_after=requeue.LONGEST_WAIT)

    def _broken_off(self, resource: VidraResource, error: KubeError) -> None:
        StatusWriter(self._shared, resource).aborted(error)

    async def _say_fault(self, resource: VidraResource) -> None:
        await StatusWriter(self._shared, resource).internal_error()
