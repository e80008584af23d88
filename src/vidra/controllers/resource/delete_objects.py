"""Deletes the objects of a VidraResource that is being deleted: in reverse order, cluster by cluster."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from vidra.api.conditions import Verdict
from vidra.api.policies import DeletionPolicy
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, VidraResource
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import Inventory
from vidra.apply.inventory_index import Claims
from vidra.apply.plan import prune_order
from vidra.apply.refusals import ENDS_BY_ITSELF
from vidra.clusters.circuit_breaker import ProbePendingError
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.controllers.resource.apply.executor import PlanExecutor
from vidra.controllers.resource.cluster import ClusterResolver
from vidra.controllers.resource.migration import LegacyMigration, Peers, inventory_of
from vidra.controllers.resource.observe import watch_for_deletion
from vidra.controllers.resource.status.compute import Outcome, reason_of
from vidra.kube.errors import KubeError


class DeletionResult(msgspec.Struct, frozen=True):
    """What one attempt achieved."""

    outcome: Outcome
    """Its inventory holds what is left."""
    kept: tuple[str, ...]
    """Objects that stay and are no longer Vidra's, each with the reason."""
    held: tuple[str, ...]
    """Objects that are deleted but still have finalizers."""
    again: float | None = None
    """Seconds after which more can be done, even without an event."""
    asking: bool = False
    """A probe was only just sent to a cluster, so this does not count as an attempt."""


async def delete_objects(
    resolver: ClusterResolver,
    resource: VidraResource,
    owner: Owner,
    peers: Peers,
    claims: Claims,
    *,
    seconds: float,
    grace: float,
) -> DeletionResult:
    """Delete as much as can be deleted now.

    Args:
        peers: The other VidraResources.
        claims: What they own.
        seconds: After this the attempt ends, even if a cluster has not answered.
        grace: Seconds to wait for custom resources with any policy, before what may serve them is deleted.
    """
    before = inventory_of(resource)
    by_server: dict[str, list[ManagedObject]] = {}
    for entry in before.entries.values():
        by_server.setdefault(entry.server, []).append(entry)
    works = [
        _ClusterDeletion(
            resolver,
            server,
            entries,
            PlanExecutor(resolver, owner, claims),
            lambda cluster: LegacyMigration(cluster, resource, owner, peers),
        )
        for server, entries in by_server.items()
    ]
    try:
        async with asyncio.timeout(seconds), asyncio.TaskGroup() as group:
            for work in works:
                group.create_task(work.run(resource.spec.deletion_policy, grace))
    except TimeoutError:
        pass  # The executors hold what is confirmed.
    problems = [problem for work in works for problem in work.executor.problems]
    gone = [key for work in works for key in work.executor.gone]
    outcome = Outcome(_verdict(problems), before.settled((), gone), tuple(problems), total=resource.status.objects)
    kept = tuple(line for work in works for line in work.executor.kept)
    held = tuple(line for work in works for line in work.executor.held)
    again = min((work.executor.again for work in works if work.executor.again is not None), default=None)
    return DeletionResult(outcome, kept, held, again, any(work.asking for work in works))


def nothing_deleted(resource: VidraResource, problem: ObjectProblem) -> DeletionResult:
    """Nothing was deleted, because something could not be read that decides about it."""
    inventory = Inventory.of(resource.inventory)
    outcome = Outcome(_verdict([problem]), inventory, (problem,), total=resource.status.objects)
    return DeletionResult(outcome, (), ())


class _ClusterDeletion:
    """The part of a deletion in one cluster: an unavailable cluster must not delay the others."""

    def __init__(
        self,
        resolver: ClusterResolver,
        server: str,
        entries: Sequence[ManagedObject],
        executor: PlanExecutor,
        new_move: Callable[[Cluster], LegacyMigration],
    ) -> None:
        self._resolver, self._server, self._entries = resolver, server, entries
        self._new_move = new_move
        self.executor = executor
        self.asking = False

    async def run(self, policy: DeletionPolicy, grace: float) -> None:
        """Delete what can be deleted; problems are in the executor."""
        try:
            cluster = self._resolver.get(self._server)
            await self._remove(cluster, policy, grace)
        except ClusterError as error:
            self._problem(error.reason, str(error))
        except ProbePendingError as error:
            self.asking = True
            self._problem(Reason.WAITING_FOR_DELETION, str(error))
        except KubeError as error:
            self._problem(reason_of(error), f"cannot remove objects: {error}")

    async def _remove(self, cluster: Cluster, policy: DeletionPolicy, grace: float) -> None:
        orphan = policy is DeletionPolicy.ORPHAN
        try:
            cluster.breaker.require_available(self.executor.owner.manager, passing=True)
            if self._resolver.was_replaced(cluster):
                return await self.executor.prune([self._entries])
            if not orphan:
                await watch_for_deletion(self._entries, cluster, self.executor.owner)
            patient = policy is DeletionPolicy.WAIT_FOR_TERMINATION
            entries = await self._moved(cluster)
            await self.executor.prune(prune_order(entries), patient=patient, grace=grace, orphan=orphan)
        except KubeError:
            cluster.breaker.record_failure()
            raise

    async def _moved(self, cluster: Cluster) -> list[ManagedObject]:
        """The entries, with UIDs where Vidra 0.0.6 wrote them: only then are its objects known as ours."""
        migration = self._new_move(cluster)
        await migration.discover({})
        await migration.execute()
        self.executor.problems += migration.problems
        return migration.current_entries(self._entries)

    def _problem(self, reason: Reason, message: str) -> None:
        self.executor.problems.append(ObjectProblem(reason, message))


def _verdict(problems: Sequence[ObjectProblem]) -> Verdict:
    failed = [problem for problem in problems if problem.reason not in ENDS_BY_ITSELF]
    if failed:
        return Verdict(ready=False, reason=Reason(failed[0].reason), message=failed[0].message)
    message = "; ".join(problem.message for problem in problems[:3]) or "removing objects"
    return Verdict(ready=False, reason=Reason.DELETING, message=message, progressing=True)
