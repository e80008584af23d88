"""Carries a plan out: applies stage by stage, prunes stage by stage, and remembers what is certain."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
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
"""Objects of one reconcile under way at a time: enough to take all places of a cluster (`client.IN_FLIGHT`) always."""

Gate = Callable[[int], ObjectProblem | None]
"""Why the objects of a wave have to wait; None when they need not."""


class PlanExecutor:
    """What one reconcile did so far. It stays true when that is broken off: what is not certain is not in it."""

    def __init__(self, resolver: ClusterResolver, owner: Owner, claims: Claims) -> None:
        self._resolver = resolver
        self.owner = owner
        self._claims = claims
        self.applied: list[ManagedObject] = []
        self.gone: list[Key] = []
        """Confirmed absent, or let go."""
        self.removed: list[ManagedObject] = []
        """Deleted or released by this reconcile."""
        self.problems: list[ObjectProblem] = []
        self.refused: dict[Key, ObjectProblem] = {}
        """Those of them that are about objects which were never applied, and are not there."""
        self.kept: list[str] = []
        """What stays although it is no longer wanted, each with the reason."""
        self.held: list[str] = []
        """What is deleted and not waited for, and stays until its finalizers are taken off."""
        self.again: float | None = None
        """Seconds after which what is waited for now is waited for no longer."""

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
            gate: Why a wave has to wait, asked when those before it are through.

        Raises:
            KubeError: The cluster does not answer, or does not let Vidra in: the rest would fail alike.
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
            # Not in the order of the answers: the same problems have to make the same status at every try.
            self.problems[known:] = sorted(self.problems[known:], key=lambda problem: problem.object)

    async def prune(
        self,
        stages: Iterable[Sequence[ManagedObject]],
        *,
        patient: bool = True,
        grace: float = 0,
        orphan: bool = False,
    ) -> None:
        """Remove entries; a stage that is not through holds the next one back until the next reconcile.

        Args:
            patient: An object is gone when it is gone; otherwise as soon as its end cannot be called off.
            grace: Seconds for which custom resources are waited for all the same, before what may serve them goes.
            orphan: Let go of the objects as they are.

        Raises:
            KubeError: A cluster does not answer, or does not let Vidra in.
        """
        left = list(stages)
        for number, stage in enumerate(left, 1):
            problems = len(self.problems)
            serving = any(not _custom(entry) for rest in left[number:] for entry in rest)
            wait = inf if patient else grace if serving and _custom(stage[0]) else 0
            with start_span("prune", {"vidra.objects": len(stage)}):
                await _gather_limited(len(stage), (self._remove(entry, wait=wait, orphan=orphan) for entry in stage))
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

    async def _remove(self, entry: ManagedObject, *, wait: float, orphan: bool) -> None:
        ref = ref_of(entry)
        try:
            removed = await self._removal(entry, orphan=orphan)
        except (ObjectError, ClusterError) as error:
            self.problems.append(ObjectProblem(error.reason, str(error), str(ref)))
            return
        except ProbePendingError as error:
            self.problems.append(ObjectProblem(Reason.WAITING_FOR_DELETION, f"{ref}: {error}", str(ref)))
            return
        if removed.asked:
            self.removed.append(entry)
        if removed.what is Removal.TERMINATING and self._is_waited_for(ref, removed, wait):
            return
        self.gone.append(key_of(entry))
        if removed.what is Removal.KEPT and removed.why:
            self.kept.append(f"{ref}: {removed.why}")

    def _is_waited_for(self, ref: Ref, removed: Removed, wait: float) -> bool:
        """Whether what comes after an object waits until it is gone."""
        named = ", ".join(removed.finalizers)
        left = wait - _age(removed.since) if wait else 0
        if left > 0:
            keeps = f"its finalizers still keep it: {named}" if named else "its grace period is not over"
            message = f"{ref} is deleted but {keeps}"
            self.problems.append(ObjectProblem(Reason.WAITING_FOR_DELETION, message, str(ref)))
            if wait < inf:
                self.again = min(left, inf if self.again is None else self.again)
            return True
        if any(not _of_kubernetes(finalizer) for finalizer in removed.finalizers):
            self.held.append(f"{ref} ({named})")
        return False

    async def _removal(self, entry: ManagedObject, *, orphan: bool) -> Removed:
        cluster = self._resolver.get(entry.server)
        cluster.breaker.require_available(self.owner.manager, passing=True)
        if self._resolver.was_replaced(cluster):
            return Removed(Removal.KEPT, f"another cluster is at {entry.server} now, and nothing in it is touched")
        if not entry.joined and (why := guard_of(cluster).keeps(ref_of(entry))):
            return Removed(Removal.KEPT, why)
        pruner = Pruner(
            cluster.client, cluster.discovery, cluster.observed, self.owner, claims=self._claims, cluster=cluster.uid
        )
        for _ in range(ATTEMPTS):
            kind = await self._kind(cluster, entry)
            if kind is None:
                # Its definition is gone, and took it along.
                return Removed(Removal.GONE)
            try:
                return await pruner.remove(entry, kind, orphan=orphan)
            except ApiError as error:
                if not error.not_found:
                    raise
                cluster.discovery.forget()  # it still knew a version that is served no longer
        why = "the cluster does not serve its kind as it says"
        raise ObjectError(Reason.PRUNE_FAILED, f"{ref_of(entry)} cannot be removed: {why}. Tried again later")

    async def _kind(self, cluster: Cluster, entry: ManagedObject) -> Kind | None:
        """The kind of an entry as it is served now; None when its objects are gone with its definition.

        Raises:
            ObjectError: Its objects may be there, unseen.
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
    """Whether Kubernetes takes a finalizer off by itself, in its own time."""
    domain = finalizer.partition("/")[0]
    return (
        "/" not in finalizer or domain in {"kubernetes.io", "k8s.io"} or domain.endswith((".kubernetes.io", ".k8s.io"))
    )


def _age(since: str) -> float:
    """Seconds since a moment that the API server told; 0 of none."""
    return (datetime.now(UTC) - datetime.fromisoformat(since)).total_seconds() if since else 0


async def _gather_limited(count: int, work: Iterable[Coroutine[Any, Any, None]]) -> None:
    """Run it, so much at a time; the first error ends the rest and is raised as it is."""
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
