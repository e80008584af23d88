"""One pass over a VidraResource: read, compare, write ahead, apply, prune."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Container, Iterable, Sequence

import msgspec

from vidra.api.conditions import Verdict
from vidra.api.health import Status
from vidra.api.held_prune import HeldPrune
from vidra.api.reasons import Reason
from vidra.api.resource import KnownCluster, ManagedObject, ObjectProblem, VidraResource
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.ended_objects import handed_over, noted
from vidra.apply.field_owner import Owner, hub_of
from vidra.apply.inventory import Inventory, key_of, ref_of
from vidra.apply.inventory_index import Claims
from vidra.apply.options import ApplyOptions
from vidra.apply.plan import Plan, plan
from vidra.clusters.cluster import Cluster
from vidra.controllers.resource.apply.desired_state import DesiredState, build_desired_state
from vidra.controllers.resource.apply.executor import Gate, PlanExecutor
from vidra.controllers.resource.apply.prune_guard import prune_guard, survivors
from vidra.controllers.resource.apply.relabel import make_visible
from vidra.controllers.resource.apply.retry import Retries
from vidra.controllers.resource.apply.up_to_date import checksum_of
from vidra.controllers.resource.apply.wave_gate import gate
from vidra.controllers.resource.cluster import ClusterResolver, cluster_record, kind_at
from vidra.controllers.resource.drift.review import DriftReviews, summary
from vidra.controllers.resource.health import Standing, ended, standing
from vidra.controllers.resource.migration import LegacyMigration
from vidra.controllers.resource.status.compute import Outcome, judge
from vidra.controllers.resource.status.size import must_fit
from vidra.controllers.runtime.offload import run_in_thread_if_large, yield_to_loop
from vidra.controllers.runtime.predicates import requested_at
from vidra.kube.errors import KubeError
from vidra.kube.object_snapshot import ObjectSnapshot
from vidra.manifests import read
from vidra.telemetry.tracing import start_span

SYNC_WITHIN = 5.0
"""Seconds that the views of a pass's kinds may take to fill; without a view objects are simply applied again."""

PersistInventory = Callable[[Outcome], Awaitable[None]]


class ReconcileAbortedError(Exception):
    """A pass that could not go on; it carries what is certain nevertheless."""

    def __init__(self, cause: KubeError, inventory: Inventory, held: HeldPrune | None = None) -> None:
        super().__init__(str(cause))
        self.cause = cause
        self.inventory = inventory
        self.held = held


class ReconcileResult(msgspec.Struct, frozen=True):
    """A pass that came to its end."""

    outcome: Outcome
    warnings: tuple[str, ...]
    changed: int
    """Objects that are others than before; what was applied again, to be sure, and was as it should be is not one."""
    removed: int
    reverted: tuple[str, ...] = ()
    """Objects that somebody had changed, and that were put back."""
    kept: tuple[str, ...] = ()
    """What stays although it is no longer wanted, each with the reason."""


async def apply_and_prune(
    resolver: ClusterResolver,
    resource: VidraResource,
    cluster: Cluster,
    owner: Owner,
    text: bytes,
    *,
    options: ApplyOptions,
    migration: LegacyMigration,
    drifts: DriftReviews,
    retries: Retries,
    claims: Claims,
    ahead: PersistInventory,
) -> ReconcileResult:
    """Make a cluster hold what a text says.

    Args:
        options: What to do about other owners and strangers.
        migration: Of what the first Vidra left to this VidraResource.
        drifts: What is remembered of objects that somebody changed.
        retries: What is remembered of objects that were refused.
        claims: What other VidraResources have.
        ahead: Writes the inventory before anything is applied.

    Raises:
        ReconcileAbortedError: The cluster does not answer, or stopped answering on the way.
        KubeError: The inventory could not be written ahead.
        TooLarge: It never can be.
    """
    before = migration.inventory
    with start_span("read", {"vidra.bytes": len(text)}):
        reading = await run_in_thread_if_large(len(text), lambda: read(text))
    try:
        with start_span("compare"):
            want = await build_desired_state(reading, resource.spec, cluster, owner)
            claims.wants(owner, want.objects)
            await migration.discover(want.objects)
            listed, before, manifest = before, migration.inventory, want.objects.values()
            said = resource.status.problems
            want = await retries.still(want, before, cluster, owner, options, said=said)
            await watch(want, before, cluster, owner)
            await make_visible(before, cluster, owner)
            before = with_ends(before, want, claims, cluster, owner)
            found = compare(want, before, cluster, owner)
            await yield_to_loop(want.total)
            asked = requested_at(resource.metadata) != resource.status.last_handled_requested_at
            review = await drifts.review(
                *(found, want.objects, before, cluster, owner), policy=resource.spec.drift_policy, everything=asked
            )
    except KubeError as error:
        raise ReconcileAbortedError(error, before) from None
    work = review.work
    await yield_to_loop(want.total)
    limits = prune_guard(resource, reading, want, work, before, survives=survivors(cluster, owner, claims))
    inventory = before.ahead(work.changes)
    await yield_to_loop(want.total)
    if inventory is not listed:
        must_fit(resource, inventory)
        await ahead(_on_the_way(work, inventory, want, limits.held, cluster_record(cluster)))
    executor = PlanExecutor(resolver, owner, claims)
    problems = list(want.problems)
    try:
        await migration.execute()
        await executor.apply(
            cluster, migration.migrated_only(work.stages), before, options, gate=_gates(want, before, executor, cluster)
        )
        problems += (*migration.problems, *executor.problems, *review.problems)
        unwanted = [entry for stage in work.prune for entry in stage]
        objection = limits.reason_to_hold(resource, unwanted, waits=options.waits(unwanted))
        problems += await _prune(work, executor, objection, may=not problems, must_say=limits.manifest_empty)
        remarks = () if problems else await drifts.rules.unused(resource, want, cluster, owner)
    except KubeError as error:
        raise ReconcileAbortedError(
            error, inventory.settled(executor.applied, executor.gone), limits.left(executor.gone)
        ) from None
    await yield_to_loop(want.total)
    retries.note(owner.name, want, executor.refused)
    problems = _in_order(problems, manifest)
    reverted = review.reverted(executor.applied)
    drifts.fights.note(owner.name, map(key_of, reverted), time.monotonic())
    outcome = Outcome(
        judge(problems, want.total, summary(review.reported)),
        inventory.settled(executor.applied, executor.gone),
        tuple(problems),
        want.total,
        ready=len(work.unchanged) + len(executor.applied),
        checksum="" if problems else checksum_of(resource),
        held=limits.left(executor.gone),
        drifted=review.reported,
        clusters=cluster_record(cluster),
    )
    warnings = (*(item.message for item in reading.warnings), *remarks)
    changed = _changed(executor.applied, before, review.reverting)
    told = tuple(str(ref_of(entry)) for entry in reverted)
    return ReconcileResult(outcome, warnings, changed, len(executor.removed), told, tuple(executor.kept))


async def watch(want: DesiredState, before: Inventory, cluster: Cluster, owner: Owner) -> None:
    """See the objects concerned from now on, as far as that is allowed.

    Raises:
        KubeError: The cluster does not answer, or does not let Vidra in at all.
    """
    objects = [(item.kind, item.ref.namespace, item.ref.name) for item in want.objects.values()]
    # A kind that is not known here is not watched either; whether it is gone is for the pruner to find out.
    objects += [
        (kind, entry.namespace, entry.name)
        for entry in before.entries.values()
        if entry.server == cluster.server and (kind := cluster.discovery.known_as(entry.api_version, entry.kind))
    ]
    await cluster.observed.see(owner.manager, objects, SYNC_WITHIN)


def with_ends(before: Inventory, want: DesiredState, claims: Claims, cluster: Cluster, owner: Owner) -> Inventory:
    """The inventory with what is known of objects that came to their end under these texts: they do not run again."""
    seen = noted(before, lambda entry: kind_at(entry, cluster), cluster.observed, want.objects)
    place = hub_of(cluster.uid)
    return handed_over(seen, want.objects, cluster.observed, lambda item: claims.of_same_text(owner, item, place))


def compare(want: DesiredState, before: Inventory, cluster: Cluster, owner: Owner) -> Plan:
    """Plan against what the views show."""

    def look(item: DesiredObject) -> ObjectSnapshot | None:
        return cluster.observed.get(item.kind, item.ref.namespace, item.ref.name)

    return plan(want.objects, before, look, owner.manager)


def _gates(want: DesiredState, before: Inventory, executor: PlanExecutor, cluster: Cluster) -> Gate:
    """What holds a wave of these objects back, by what the cluster's views show when its turn comes."""
    objects = want.objects.values()

    def look(item: DesiredObject) -> Standing:
        entry = before.entries.get(item.key)
        over = ended(entry, cluster, item.kind) if entry and entry.revision.startswith(f"{item.digest}-") else None
        return over or standing(cluster, item.kind, item.ref)

    return lambda wave: gate(objects, want.missing, executor.problems, wave, look)


async def _prune(
    work: Plan, executor: PlanExecutor, objection: ObjectProblem | None, *, may: bool, must_say: bool
) -> Sequence[ObjectProblem]:
    """Remove what is no longer wanted, if nothing speaks against it; what does, and what failed.

    Args:
        may: Everything else is done.
        must_say: The objection is said in any case.
    """
    if objection:
        return (objection,) if may or must_say else ()
    if may:
        await executor.prune(work.prune)
        return executor.problems
    return ()


def _in_order(problems: list[ObjectProblem], manifest: Iterable[DesiredObject]) -> list[ObjectProblem]:
    """Problems in the order of the manifest, whichever came first: the same ones are no news."""
    if not problems:
        return problems
    places = {str(item.ref): number for number, item in enumerate(manifest)}
    return sorted(problems, key=lambda problem: places.get(problem.object, -1))


def _changed(applied: Iterable[ManagedObject], before: Inventory, drifted: Container[Key]) -> int:
    """How many objects are others than before, without those that were applied because somebody had changed them."""
    others = (key_of(entry) for entry in applied if entry != before.entries.get(key_of(entry)))
    return sum(key not in drifted for key in others)


def _on_the_way(
    work: Plan, inventory: Inventory, want: DesiredState, held: HeldPrune | None, clusters: tuple[KnownCluster, ...]
) -> Outcome:
    message = f"applying {len(work.changes)} of {want.total} objects"
    verdict = Verdict(ready=False, reason=Reason.PROGRESSING, message=message, progressing=True)
    return Outcome(
        verdict,
        inventory,
        total=want.total,
        ready=len(work.unchanged),
        held=held,
        health=Status.IN_PROGRESS,
        clusters=clusters,
    )
