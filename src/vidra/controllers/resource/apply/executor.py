"""Executes a plan: applies stage by stage, prunes stage by stage, and records what is confirmed."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from datetime import UTC, datetime
from math import inf
from typing import Any

from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem
from vidra.apply.applier import Applier
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.desired.order import is_builtin
from vidra.apply.errors import ObjectError
from vidra.apply.field_owner import Owner
from vidra.apply.hidden_objects import hidden
from vidra.apply.inventory import Inventory, key_of, ref_of
from vidra.apply.inventory_index import Claims
from vidra.apply.options import ApplyOptions
from vidra.apply.pruner import Pruner, Removal, Removed
from vidra.clusters.circuit_breaker import ProbePendingError
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.controllers.resource.cluster import ClusterResolver, guard_of
from vidra.kube.discovery import Kind, StaleDiscoveryError
from vidra.kube.errors import ApiError
from vidra.manifests import Ref
from vidra.telemetry.tracing import start_span

ATTEMPTS = 2
AT_ONCE = 64
"""Objects of one reconcile in progress at a time: enough to use all request slots of a cluster (`client.IN_FLIGHT`)."""

Gate = Callable[[int], ObjectProblem | None]
"""Why the objects of a wave have to wait; None when they need not."""


class PlanExecutor:
    """What one reconcile has done so far: only what is confirmed, so it holds even after an abort."""

    def __init__(self, resolver: ClusterResolver, owner: Owner, claims: Claims) -> None:
        self._resolver = resolver
        self.owner = owner
        self._claims = claims
        self._announcements = resolver.announcements(claims.waiting(owner))
        self.applied: list[ManagedObject] = []
        self.gone: list[Key] = []
        """Confirmed absent, or released."""
        self.removed: list[ManagedObject] = []
        """Deleted or released by this reconcile, and not named in `kept`."""
        self.problems: list[ObjectProblem] = []
        self.refused: dict[Key, ObjectProblem] = {}
        """Those of `problems` about objects that were never applied and do not exist."""
        self.kept: list[str] = []
        """Objects that stay although they are no longer wanted, each with the reason."""
        self.held: list[str] = []
        """Objects that are deleted but still have finalizers; they are not waited for."""
        self.again: float | None = None
        """Seconds after which the current wait ends."""

    async def apply(
        self,
        cluster: Cluster,
        stages: Iterable[Sequence[DesiredObject]],
        before: Inventory,
        options: ApplyOptions,
        gate: Gate,
    ) -> None:
        """Apply everything; one refused object does not stop the others of its wave.

        Args:
            gate: Why a wave has to wait. Called when the waves before it are done.

        Raises:
            KubeError: The cluster does not answer, or refuses access: the remaining objects would fail too.
        """
        applier = Applier(cluster.client, cluster.observed, self.owner, options, guard_of(cluster))
        wave: int | None = None
        for stage in filter(None, stages):
            if stage[0].wave != wave:
                wave = stage[0].wave
                if obstacle := gate(wave):
                    self.problems.append(obstacle)
                    return
            known = len(self.problems)
            with start_span("apply", {"vidra.objects": len(stage), "vidra.wave": stage[0].wave}):
                await _gather_limited(
                    len(stage), (self._apply(applier, item, before.entries.get(item.key)) for item in stage)
                )
            # Not in the order of the answers: the same problems have to give the same status each time.
            self.problems[known:] = sorted(self.problems[known:], key=lambda problem: problem.object)

    async def prune(
        self,
        stages: Iterable[Sequence[ManagedObject]],
        *,
        patient: bool = True,
        grace: float = 0,
        orphan: bool = False,
        uncounted: Collection[Key] = (),
    ) -> None:
        """Remove entries. A stage that is not done holds back the next one until the next reconcile.

        Args:
            patient: Count an object as removed only when it no longer exists, not when it has a deletionTimestamp.
            grace: Seconds to wait for custom resources in any case, before what may serve them is deleted.
            orphan: Leave the objects as they are, without Vidra's marks.
            uncounted: Objects that are released to their other owners, and not deleted if they have none any more.

        Raises:
            KubeError: A cluster does not answer, or refuses access.
        """
        left = list(stages)
        for number, stage in enumerate(left, 1):
            problems = len(self.problems)
            serving = any(not _custom(entry) for rest in left[number:] for entry in rest)
            wait = inf if patient else grace if serving and _custom(stage[0]) else 0
            with start_span("prune", {"vidra.objects": len(stage)}):
                await _gather_limited(
                    len(stage),
                    (
                        self._remove(entry, wait=wait, orphan=orphan, counted=key_of(entry) not in uncounted)
                        for entry in stage
                    ),
                )
            if len(self.problems) > problems:
                return

    async def _apply(self, applier: Applier, item: DesiredObject, entry: ManagedObject | None) -> None:
        try:
            self.applied.append(await applier.apply(item, entry))
        except ObjectError as error:
            problem = ObjectProblem(error.reason, str(error), str(item.ref))
            self.problems.append(problem)
            if error.absent:
                self.gone.append(item.key)
                self.refused[item.key] = problem

    async def _remove(self, entry: ManagedObject, *, wait: float, orphan: bool, counted: bool) -> None:
        ref = ref_of(entry)
        try:
            removed = await self._removal(entry, orphan=orphan, counted=counted)
        except (ObjectError, ClusterError) as error:
            self.problems.append(ObjectProblem(error.reason, str(error), str(ref)))
            self._look_again(self._announcements.again)
            return
        except ProbePendingError as error:
            self.problems.append(ObjectProblem(Reason.WAITING_FOR_DELETION, f"{ref}: {error}", str(ref)))
            return
        if removed.asked and not removed.why:
            self.removed.append(entry)
        if removed.what is Removal.TERMINATING and self._is_waited_for(ref, removed, wait):
            return
        self.gone.append(key_of(entry))
        if removed.why:
            self.kept.append(f"{ref}: {removed.why}")

    def _is_waited_for(self, ref: Ref, removed: Removed, wait: float) -> bool:
        """Whether the next stage waits until this object no longer exists."""
        named = ", ".join(removed.finalizers)
        left = wait - _age(removed.since) if wait else 0
        if left > 0:
            keeps = f"its finalizers still keep it: {named}" if named else "its grace period is not over"
            message = f"{ref} is deleted but {keeps}"
            self.problems.append(ObjectProblem(Reason.WAITING_FOR_DELETION, message, str(ref)))
            self._look_again(left)
            return True
        if any(not _of_kubernetes(finalizer) for finalizer in removed.finalizers):
            self.held.append(f"{ref} ({named})")
        return False

    def _look_again(self, left: float) -> None:
        if left < inf:
            self.again = left if self.again is None else min(left, self.again)

    async def _removal(self, entry: ManagedObject, *, orphan: bool, counted: bool) -> Removed:
        cluster = self._resolver.get(entry.server)
        cluster.breaker.require_available(self.owner.manager, passing=True)
        if self._resolver.was_replaced(cluster):
            return Removed(Removal.KEPT, f"another cluster is at {entry.server} now, and nothing in it is touched")
        if not entry.joined and (why := guard_of(cluster).keeps(ref_of(entry))):
            return Removed(Removal.KEPT, why)
        pruner = Pruner(
            *(cluster.client, cluster.discovery, cluster.observed, self.owner),
            claims=self._claims,
            cluster=cluster.uid,
            announcements=self._announcements,
        )
        for _ in range(ATTEMPTS):
            kind = await self._kind(cluster, entry)
            if kind is None:
                # Its definition was deleted, and its objects with it.
                return Removed(Removal.GONE)
            try:
                return await pruner.remove(entry, kind, orphan=orphan, counted=counted)
            except ApiError as error:
                if not error.not_found:
                    raise
                cluster.discovery.forget()  # discovery still knew a version that is no longer served
        why = "the cluster does not serve its kind as it says"
        raise ObjectError(Reason.PRUNE_FAILED, f"{ref_of(entry)} cannot be removed: {why}. Tried again later")

    async def _kind(self, cluster: Cluster, entry: ManagedObject) -> Kind | None:
        """The kind of an entry as it is served now; None when its definition was deleted, and its objects with it.

        Raises:
            ObjectError: Its objects may exist, but cannot be seen.
        """
        ref = ref_of(entry)
        try:
            kind = await cluster.discovery.serving(entry.api_version, entry.kind)
        except StaleDiscoveryError as error:
            raise ObjectError(Reason.PRUNE_FAILED, f"{ref}: {error}") from None
        if kind is None and (why := await hidden(cluster.client, ref)):
            raise ObjectError(Reason.PRUNE_FAILED, f"{ref} cannot be removed: {why}. Tried again later")
        return kind


def _custom(entry: ManagedObject) -> bool:
    return not is_builtin(ref_of(entry).group)


def _of_kubernetes(finalizer: str) -> bool:
    """Whether Kubernetes itself removes a finalizer, in its own time."""
    domain = finalizer.partition("/")[0]
    return (
        "/" not in finalizer or domain in {"kubernetes.io", "k8s.io"} or domain.endswith((".kubernetes.io", ".k8s.io"))
    )


def _age(since: str) -> float:
    """Seconds since a time that the API server gave; 0 if there is none."""
    return (datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds() if since else 0


async def _gather_limited(count: int, work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run the work, so many at a time. The first error cancels the rest and is raised unchanged."""
    left = iter(work)

    async def some() -> None:
        for item in left:
            await item

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(count, AT_ONCE)):
                group.create_task(some())
    except BaseExceptionGroup as errors:
        raise _first(errors) from None


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
