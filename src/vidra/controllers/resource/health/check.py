"""Writes the health of a VidraResource's objects into its status: after an apply, or alone."""

from __future__ import annotations

import math
import time

import msgspec
import structlog

from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.apply.ended_objects import noted
from vidra.apply.field_owner import Owner
from vidra.clusters.circuit_breaker import ProbePendingError
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.controllers.resource import requeue
from vidra.controllers.resource.apply.result import ReconcileResult
from vidra.controllers.resource.apply.up_to_date import last_reconcile_complete
from vidra.controllers.resource.cluster import ClusterResolver, Target, kind_at
from vidra.controllers.resource.health.report import NOT_SEEN, HealthReport
from vidra.controllers.resource.health.summary import (
    aggregate_health,
    also_unhealthy,
    ready_when_healthy,
    report_of,
    summarize_health,
)
from vidra.controllers.resource.observe import see_inventory
from vidra.controllers.resource.state import ResourceState, ResourceStates, Unwritten
from vidra.controllers.resource.status.compute import Outcome, as_applied
from vidra.controllers.resource.status.size import TooLarge
from vidra.controllers.resource.status.writer import StatusWriter
from vidra.controllers.runtime.context import ControllerContext, is_suspended
from vidra.controllers.runtime.event_loop import yield_to_loop
from vidra.controllers.runtime.workqueue import Result, WorkQueue
from vidra.kube.discovery import StaleDiscoveryError
from vidra.kube.errors import KubeError

log = structlog.get_logger("vidra.resource")


class HealthChecks:
    """Evaluates the health of VidraResources, and schedules the next check when health changes by time alone."""

    def __init__(self, shared: ControllerContext, states: ResourceStates, queue: WorkQueue) -> None:
        self._shared = shared
        self._states = states
        self._queue = queue

    async def refresh(self, name: str) -> None:
        """Write the health if nothing else is to be done; or reconcile a VidraResource that waited for it."""
        resource = self._shared.resources.get(name)
        if resource is None or resource.metadata.deletion_timestamp or not resource.is_inventory_seen:
            return
        if is_suspended(self._shared, resource):
            await self._suspended(resource, self.of_applied(resource))
            return
        state = self._states.find(name)
        if state and state.unwritten:
            await self._write_postponed(resource, state, state.unwritten)
            return
        if resource.status.problems or not self._shared.seals.is_proven(resource):
            self._queue.add(name)
            return
        if not last_reconcile_complete(resource):
            return
        try:
            cluster = ClusterResolver(self._shared.clusters, resource).destination()
            with self._shared.delivery_tracer.resume(resource, "look"):
                await self.report(resource, cluster)
        except (ClusterError, KubeError, TooLarge) as error:
            log.warning("health not reported", resource=name, error=str(error))

    async def report(self, resource: VidraResource, cluster: Cluster) -> None:
        """Write the health of a VidraResource whose objects are all applied.

        Raises:
            KubeError: The status could not be written.
            TooLarge: The status is too large to be written.
        """
        outcome = self.evaluate(as_applied(resource), resource, cluster)
        await StatusWriter(self._shared, resource).health_changed(outcome)
        self._check_again(resource)

    async def write_result(
        self, applied: ReconcileResult, target: Target, state: ResourceState, writer: StatusWriter
    ) -> ReconcileResult:
        """Write the status of what was applied, with the health of the objects; in a moment if only that is awaited.

        Raises:
            KubeError: It could not be written.
            TooLarge: It is too large to be written.
        """
        total = applied.outcome.total
        await yield_to_loop(total)
        result = self._evaluated(applied, target.resource, target.cluster)
        await yield_to_loop(total)
        if _is_awaited(result):
            postponed = state.write_later(writer, result, applied)
            self._queue.add_health_check_after(target.owner.name, postponed.left)
        else:
            await state.write_result(writer, result)
            self._check_again(target.resource)
        return result

    async def _write_postponed(self, resource: VidraResource, state: ResourceState, unwritten: Unwritten) -> None:
        """Write the result of a reconcile once the objects are healthy, or not so for more than a moment."""
        name, result = resource.metadata.name, unwritten.result
        try:
            if unwritten.applied:
                cluster = ClusterResolver(self._shared.clusters, resource).destination()
                result = self._evaluated(unwritten.applied, resource, cluster)
            if unwritten.left and _is_awaited(result):
                self._queue.add_health_check_after(name, unwritten.left)
                return
            await state.write_result(unwritten.writer, result)
            state.unwritten = None
            self._check_again(resource)
        except (ClusterError, KubeError, TooLarge) as error:
            log.warning("status not written", resource=name, error=str(error))
            self._queue.add(name)

    def _evaluated(self, applied: ReconcileResult, resource: VidraResource, cluster: Cluster) -> ReconcileResult:
        """The result of a reconcile, with the health of the objects as it is now."""
        return msgspec.structs.replace(applied, outcome=self.evaluate(applied.outcome, resource, cluster))

    async def observe_suspended(self, resource: VidraResource, owner: Owner, state: ResourceState) -> Result:
        """Do nothing to the objects of a suspended VidraResource, and write their health.

        Raises:
            KubeError: The status could not be written.
        """
        health = NOT_SEEN
        try:
            cluster = state.enter(ClusterResolver(self._shared.clusters, resource).destination(), owner)
            cluster.breaker.require_available(owner.manager)
            await see_inventory(resource.inventory, cluster, owner)
            health = self.of_applied(resource)
        except ProbePendingError:
            return Result(requeue_after=requeue.PROBE_WAIT)
        except (ClusterError, KubeError, StaleDiscoveryError) as error:
            log.debug("objects not seen", error=str(error))
        await self._suspended(resource, health)
        return Result()

    async def _suspended(self, resource: VidraResource, health: HealthReport) -> None:
        await StatusWriter(self._shared, resource).suspended(health)
        self._check_again(resource)

    def _check_again(self, resource: VidraResource) -> None:
        """Check again when details of health that are not written yet may be."""
        history = self._shared.health.of(resource.kind, resource.metadata.name)
        if history.waits:
            self._queue.add_health_check_after(resource.metadata.name, history.left)

    def of_applied(self, resource: VidraResource) -> HealthReport:
        """The health of what was applied, as far as it is seen now."""
        try:
            cluster = ClusterResolver(self._shared.clusters, resource).destination()
        except ClusterError:
            return NOT_SEEN
        return report_of(summarize_health(resource.inventory, cluster))

    def evaluate(self, outcome: Outcome, resource: VidraResource, cluster: Cluster) -> Outcome:
        """The outcome with the health of the objects. With `wait` it is not Ready before they are healthy."""
        inventory = noted(outcome.inventory, lambda entry: kind_at(entry, cluster), cluster.observed)
        found = summarize_health(inventory.listing(), cluster)
        outcome = msgspec.structs.replace(outcome, inventory=inventory, health=aggregate_health(outcome, found))
        name, verdict = resource.metadata.name, outcome.verdict
        if resource.spec.wait and verdict.ready:
            deadline = self._states.of(Owner(self._shared.hub, name)).health_deadline
            left = deadline.left(resource, outcome.checksum)
            verdict = ready_when_healthy(verdict, found, in_time=left > 0)
            if verdict.ready:
                deadline.over()
            if verdict.progressing:
                self._queue.add_health_check_after(name, left + requeue.MOMENT)
                if found.asked:
                    self._queue.add_after(name, requeue.LONGEST_WAIT)
        if found.limiter < math.inf:
            self._queue.add_health_check_after(name, max(0, found.limiter - time.time()) + requeue.MOMENT)
        if verdict.ready:
            verdict = also_unhealthy(verdict, found)
        return msgspec.structs.replace(outcome, verdict=verdict)


def _is_awaited(result: ReconcileResult) -> bool:
    """Whether everything is applied, and only the health of the objects is waited for."""
    verdict = result.outcome.verdict
    return verdict.progressing and verdict.reason is Reason.WAITING_FOR_HEALTH and not result.outcome.problems
