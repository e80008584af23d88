"""Carries a plan out: applies stage by stage, prunes stage by stage, and remembers what is certain."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any

from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem
from vidra.apply.applier import Applier
from vidra.apply.desired import Desired, Key
from vidra.apply.inventory import Inventory, key_of, ref_of
from vidra.apply.owner import Owner
from vidra.apply.problems import ObjectError
from vidra.apply.pruner import Pruner, Removal, Removed
from vidra.apply.terms import Terms
from vidra.clusters.breaker import BeingAsked
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.controllers.resource.reach import Reach
from vidra.controllers.spans import part
from vidra.kube.discovery import DiscoveryStale

AT_ONCE = 64
"""Objects of one pass under way at a time: enough that a cluster's places (`client.IN_FLIGHT`) are always taken."""

Gate = Callable[[int], ObjectProblem | None]
"""Why the objects of a wave have to wait; None when they need not."""


class Hands:
    """What one pass did so far. It stays true when the pass is broken off: what is not certain is not in it."""

    def __init__(self, reach: Reach, owner: Owner) -> None:
        self._reach = reach
        self._owner = owner
        self.applied: list[ManagedObject] = []
        self.gone: list[Key] = []
        """Confirmed absent, or let go."""
        self.removed: list[ManagedObject] = []
        """Deleted or released by this pass."""
        self.problems: list[ObjectProblem] = []
        self.refused: dict[Key, ObjectProblem] = {}
        """Those of them that are about objects which were never applied, and are not there."""
        self.kept: list[str] = []
        """What stays although it is no longer wanted, each with the reason."""

    async def apply(
        self, cluster: Cluster, stages: Iterable[Sequence[Desired]], before: Inventory, terms: Terms, gate: Gate
    ) -> None:
        """Apply everything; one refused object does not stop the others of its wave.

        Args:
            gate: Why a wave has to wait, asked when those before it are through.

        Raises:
            KubeError: The cluster does not answer, or does not let Vidra in: the rest would fail alike.
        """
        applier = Applier(cluster.client, cluster.observed, self._owner, terms)
        wave: int | None = None
        for stage in filter(None, stages):
            if stage[0].wave != wave:
                wave = stage[0].wave
                if obstacle := gate(wave):
                    self.problems.append(obstacle)
                    return
            with part("apply", {"vidra.objects": len(stage), "vidra.wave": stage[0].wave}):
                await _together(
                    len(stage), (self._apply(applier, item, before.entries.get(item.key)) for item in stage)
                )

    async def prune(
        self, stages: Iterable[Sequence[ManagedObject]], *, patient: bool = True, orphan: bool = False
    ) -> None:
        """Remove entries; a stage that is not through holds the next one back until the next pass.

        Args:
            patient: An object is gone when it is gone; otherwise as soon as its end cannot be called off.
            orphan: Let go of the objects as they are.

        Raises:
            KubeError: A cluster does not answer, or does not let Vidra in.
        """
        for stage in stages:
            problems = len(self.problems)
            with part("prune", {"vidra.objects": len(stage)}):
                await _together(len(stage), (self._remove(entry, patient=patient, orphan=orphan) for entry in stage))
            if len(self.problems) > problems:
                return

    async def _apply(self, applier: Applier, item: Desired, entry: ManagedObject | None) -> None:
        try:
            self.applied.append(await applier.apply(item, entry))
        except ObjectError as error:
            problem = ObjectProblem(error.reason, str(error), str(item.ref))
            self.problems.append(problem)
            if error.absent:
                self.gone.append(item.key)
                self.refused[item.key] = problem

    async def _remove(self, entry: ManagedObject, *, patient: bool, orphan: bool) -> None:
        ref = ref_of(entry)
        try:
            removed = await self._removal(entry, orphan=orphan)
        except (ObjectError, ClusterError) as error:
            self.problems.append(ObjectProblem(error.reason, str(error), str(ref)))
            return
        except BeingAsked as error:
            self.problems.append(ObjectProblem(Reason.WAITING_FOR_DELETION, f"{ref}: {error}", str(ref)))
            return
        if removed.what is Removal.TERMINATING and patient:
            message = f"{ref} is deleted but its finalizers still keep it"
            self.problems.append(ObjectProblem(Reason.WAITING_FOR_DELETION, message, str(ref)))
            return
        self.gone.append(key_of(entry))
        if removed.what is not Removal.KEPT:
            self.removed.append(entry)
        elif removed.why:
            self.kept.append(f"{ref}: {removed.why}")

    async def _removal(self, entry: ManagedObject, *, orphan: bool) -> Removed:
        cluster = self._reach.get(entry.server)
        cluster.breaker.check(self._owner.manager, passing=True)
        if self._reach.is_another(cluster):
            return Removed(Removal.KEPT, f"another cluster is at {entry.server} now, and nothing in it is touched")
        try:
            kind = await cluster.discovery.find(entry.api_version, entry.kind)
        except DiscoveryStale as error:
            raise ObjectError(Reason.PRUNE_FAILED, f"{ref_of(entry)}: {error}") from None
        if kind is None:
            # A kind that is not served has no objects: its definition took them along.
            return Removed(Removal.GONE)
        pruner = Pruner(cluster.client, cluster.discovery, cluster.observed, self._owner)
        return await pruner.remove(entry, kind, orphan=orphan)


async def _together(count: int, work: Iterable[Coroutine[Any, Any, None]]) -> None:
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
