"""Applies a manifest to a cluster: parse, compare, write the inventory ahead, apply, prune."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Container, Iterable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext

import msgspec

from vidra.api.conditions import Verdict
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, VidraResource
from vidra.apply.desired.digest import Digests
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.inventory import Inventory, key_of, ref_of
from vidra.apply.inventory_index import Claims
from vidra.apply.options import ApplyOptions
from vidra.apply.plan import is_drift
from vidra.apply.revision import is_of_text
from vidra.controllers.resource.apply.comparison import Comparison, compare, with_ends
from vidra.controllers.resource.apply.desired_state import build_desired_state
from vidra.controllers.resource.apply.executor import Gate, PlanExecutor
from vidra.controllers.resource.apply.make_visible import make_visible
from vidra.controllers.resource.apply.result import ReconcileAbortedError, ReconcileResult
from vidra.controllers.resource.apply.wave_gate import gate
from vidra.controllers.resource.checksum import checksum_of
from vidra.controllers.resource.cluster import Target, cluster_record
from vidra.controllers.resource.drift.review import summary
from vidra.controllers.resource.drift.unused_rules import Siblings
from vidra.controllers.resource.health.object import Standing, ended, standing
from vidra.controllers.resource.health.report import APPLYING
from vidra.controllers.resource.migration import LegacyMigration
from vidra.controllers.resource.observe import see_desired
from vidra.controllers.resource.state import ResourceState
from vidra.controllers.resource.status.compute import Outcome, judge
from vidra.controllers.runtime.event_loop import run_in_thread_if_large, yield_to_loop
from vidra.controllers.runtime.predicates import requested_at
from vidra.controllers.runtime.run_if_slow import SHOWN_AFTER, run_if_slow
from vidra.kube.errors import KubeError
from vidra.manifests import Reading, read
from vidra.telemetry.tracing import start_span

PersistInventory = Callable[[Outcome], Awaitable[None]]
"""Writes the inventory into the status before the objects in it are applied."""


class ApplyInput(msgspec.Struct, frozen=True):
    """What a reconcile applies, and with which options."""

    target: Target
    text: bytes
    options: ApplyOptions
    """How to treat other owners, and objects that Vidra did not create."""
    migration: LegacyMigration
    """The objects that Vidra 0.0.6 left to this VidraResource."""
    state: ResourceState
    """What is remembered of this VidraResource."""
    claims: Claims
    """What other VidraResources own."""
    digests: Digests
    siblings: Siblings


async def apply_and_prune(given: ApplyInput, persist_inventory: PersistInventory) -> ReconcileResult:
    """Apply a manifest and prune what it no longer has.

    Args:
        persist_inventory: Called before anything is applied that the inventory does not list, and where a first
            reconcile takes long.

    Raises:
        ReconcileAbortedError: The cluster does not answer, or stopped answering on the way.
        KubeError: The inventory could not be written ahead.
        TooLarge: The inventory cannot be written.
        InventoryUnseenError: What it was before cannot be seen any more.
    """
    listed = given.migration.inventory
    with start_span("read", {"vidra.bytes": len(given.text)}):
        reading = await run_in_thread_if_large(len(given.text), lambda: read(given.text))
    found = await _compare(given, reading)
    want, work = found.want, found.work
    inventory = found.before.ahead(work.changes)
    await yield_to_loop(want.total)
    on_the_way = _on_the_way(given, found, inventory)
    if inventory is not listed:
        await persist_inventory(on_the_way)
    executor = PlanExecutor(given.target.resolver, given.target.owner, given.claims)
    try:
        async with _shown(given.target.resource, lambda: persist_inventory(on_the_way)):
            problems = await _execute(given, found, executor)
            remarks = () if problems else await _remarks(given, found)
    except KubeError as error:
        settled = inventory.settled(executor.applied, executor.gone)
        raise ReconcileAbortedError(error, settled, found.limits.left(executor.gone)) from None
    await yield_to_loop(want.total)
    given.state.refused.note(want, executor.refused)
    warnings = (*(item.message for item in reading.warnings), *remarks)
    return _result(given, found, executor, inventory=inventory, problems=problems, warnings=warnings)


def _shown(resource: VidraResource, write: Callable[[], Awaitable[None]]) -> AbstractAsyncContextManager[None]:
    """Show that objects are being applied, if it takes long and no status says so yet."""
    return nullcontext() if resource.has_status else run_if_slow(SHOWN_AFTER, write)


async def _compare(given: ApplyInput, reading: Reading) -> Comparison:
    """Decide what is to be done.

    Raises:
        ReconcileAbortedError: The cluster does not answer, or does not let Vidra in.
    """
    target, migration = given.target, given.migration
    resource, cluster, owner = target.resource, target.cluster, target.owner
    inventory = migration.inventory
    try:
        with start_span("compare"):
            want = await build_desired_state(reading, resource.spec, cluster, owner, given.digests)
            given.claims.wants(owner, want.objects)
            await migration.discover(want.objects)
            inventory = migration.inventory
            want = await given.state.refused.still_refused(target, want, inventory, given.options)
            await see_desired(target, want, inventory)
            await make_visible(inventory, cluster, owner)
            inventory = with_ends(target, want, inventory, given.claims)
            asked = requested_at(resource.metadata) != resource.status.last_handled_requested_at
            return await compare(
                *(target, reading, want, inventory), claims=given.claims, drift=given.state.drift, everything=asked
            )
    except KubeError as error:
        raise ReconcileAbortedError(error, inventory) from None


async def _execute(given: ApplyInput, found: Comparison, executor: PlanExecutor) -> list[ObjectProblem]:
    """Apply and prune; returns the problems in the order of the manifest.

    Raises:
        KubeError: The cluster does not answer, or does not let Vidra in.
    """
    migration, want, work = given.migration, found.want, found.work
    await migration.execute()
    stages = migration.migrated_only(work.stages)
    gates = _gates(given.target, found, executor)
    await executor.apply(given.target.cluster, stages, found.before, given.options, gate=gates)
    problems = [*want.problems, *migration.problems, *executor.problems, *found.review.problems]
    waits = given.options.waits(found.unwanted)
    objection = found.limits.reason_to_hold(given.target.resource, found.unwanted, waits=waits)
    if objection:
        if not problems or found.limits.manifest_empty:
            problems.append(objection)
    elif len(problems) == _harmless(found, executor):
        known = len(executor.problems)
        await executor.prune(work.prune, uncounted=found.limits.uncounted)
        problems += executor.problems[known:]
    return _in_order(problems, want.manifest)


def _harmless(found: Comparison, executor: PlanExecutor) -> int:
    """How many problems keep nothing from being pruned.

    Invariant: what is no longer wanted stays until everything that may be its new place is applied. An object that was
    applied with this same manifest before, and only cannot be reverted now, is nobody's new place. Whoever may write
    one object must not be able to keep others, elsewhere, from being pruned.
    """
    problems = [*executor.problems, *found.review.problems]
    if not problems:
        return 0
    wanted = found.want.objects.items()
    applied = {str(item.ref) for key, item in wanted if is_drift(item, found.before.entries.get(key))}
    return sum(problem.object in applied for problem in problems)


async def _remarks(given: ApplyInput, found: Comparison) -> tuple[str, ...]:
    """Remarks that are not errors, but that the author of the ignoreDifferences rules should know."""
    if not given.target.resource.spec.ignore_differences:
        return ()
    return await given.state.unused_rules.said(given.target, found.want, given.siblings)


def _result(
    given: ApplyInput,
    found: Comparison,
    executor: PlanExecutor,
    *,
    inventory: Inventory,
    problems: Sequence[ObjectProblem],
    warnings: tuple[str, ...],
) -> ReconcileResult:
    want, work, review = found.want, found.work, found.review
    reverted = review.reverted(executor.applied)
    if reverted:
        given.state.drift.fights.note(map(key_of, reverted), time.monotonic())
    outcome = Outcome(
        judge(problems, want.total, summary(review.reported)),
        inventory.settled(executor.applied, executor.gone),
        tuple(problems),
        want.total,
        ready=len(work.unchanged) + len(executor.applied),
        checksum="" if problems else checksum_of(given.target.resource),
        held=found.limits.left(executor.gone),
        drifted=review.reported,
        clusters=cluster_record(given.target.cluster),
    )
    changed = _changed(executor.applied, found.before, review.reverting)
    names = tuple(str(ref_of(entry)) for entry in reverted)
    return ReconcileResult(outcome, warnings, changed, len(executor.removed), names, tuple(executor.kept))


def _gates(target: Target, found: Comparison, executor: PlanExecutor) -> Gate:
    """The gate of each wave. It uses what the informers show when the wave's turn comes."""
    objects, cluster = found.want.objects.values(), target.cluster

    def look(item: DesiredObject) -> Standing:
        entry = found.before.entries.get(item.key)
        over = ended(entry, cluster, item.kind) if entry and is_of_text(entry, item.all_digests) else None
        return over or standing(cluster, item.kind, item.ref)

    return lambda wave: gate(objects, found.want.missing, executor.problems, wave, look)


def _in_order(problems: list[ObjectProblem], manifest: Iterable[DesiredObject]) -> list[ObjectProblem]:
    """Sorts problems by the manifest, not by time: a status with the same problems must stay the same."""
    if not problems:
        return problems
    places = {str(item.ref): number for number, item in enumerate(manifest)}
    return sorted(problems, key=lambda problem: places.get(problem.object, -1))


def _changed(applied: Iterable[ManagedObject], before: Inventory, drifted: Container[Key]) -> int:
    """How many objects changed, without those that were applied only because of drift."""
    others = (key_of(entry) for entry in applied if entry != before.entries.get(key_of(entry)))
    return sum(key not in drifted for key in others)


def _on_the_way(given: ApplyInput, found: Comparison, inventory: Inventory) -> Outcome:
    message = f"applying {len(found.work.changes)} of {found.want.total} objects"
    verdict = Verdict(ready=False, reason=Reason.PROGRESSING, message=message, progressing=True)
    return Outcome(
        verdict,
        inventory,
        total=found.want.total,
        ready=len(found.work.unchanged),
        held=found.limits.held,
        health=APPLYING,
        clusters=cluster_record(given.target.cluster),
    )
