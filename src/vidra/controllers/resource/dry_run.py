"""A dry run of VidraResources: the same steps as a reconcile, in clusters where nothing is really written."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from vidra.api.policies import DeletionPolicy
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, VidraResource
from vidra.apply.desired.digest import Digests
from vidra.apply.desired.object import Key
from vidra.apply.drift import told
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import key_of, ref_of
from vidra.apply.inventory_index import Claims
from vidra.apply.inventory_reading import InventoryUnseenError
from vidra.apply.options import ApplyOptions
from vidra.apply.plan import prune_order
from vidra.apply.recognized_owners import RecognizedOwners
from vidra.clusters.dry_run import DryRunClusters
from vidra.clusters.errors import ClusterError
from vidra.controllers.resource.apply.comparison import Comparison, compare, with_ends
from vidra.controllers.resource.apply.desired_state import build_desired_state
from vidra.controllers.resource.apply.executor import PlanExecutor
from vidra.controllers.resource.apply.options import peers_in
from vidra.controllers.resource.apply.prune_guard import PruneGuard
from vidra.controllers.resource.apply.sibling_handover import siblings_of
from vidra.controllers.resource.cluster import ClusterResolver, Target
from vidra.controllers.resource.drift.review import DriftReviewer
from vidra.controllers.resource.drift.unused_rules import UnusedRules
from vidra.controllers.resource.migration import LegacyMigration, inventory_of
from vidra.controllers.resource.observe import see_desired
from vidra.controllers.resource.status.compute import reason_of
from vidra.controllers.runtime.event_loop import run_in_thread_if_large
from vidra.kube.errors import KubeError
from vidra.kube.store import Store
from vidra.manifests import ManifestObject, Ref, read


class DryRunInput(msgspec.Struct, frozen=True):
    """A VidraResource as it would be, with its manifest; without one, it is to be deleted."""

    resource: VidraResource
    text: bytes | None


class DryRunPlan(msgspec.Struct, frozen=True):
    """What a reconcile finds before it does anything."""

    proposal: DryRunInput
    target: Target
    migration: LegacyMigration
    found: Comparison
    warnings: tuple[str, ...]
    defined: tuple[ManifestObject, ...]
    """Objects of kinds that the manifest itself defines."""

    @property
    def limits(self) -> PruneGuard:
        """What blocks pruning."""
        return self.found.limits


class DryRunResult(msgspec.Struct):
    """The result, besides the writes that were recorded."""

    problems: list[ObjectProblem] = []
    notes: list[str] = []
    new: list[ManifestObject] = []
    """Objects whose kind exists only after another object of the manifest is applied."""


async def plan_dry_run(
    clusters: DryRunClusters,
    proposal: DryRunInput,
    hub: str,
    resources: Store[VidraResource],
    claims: Claims,
    *,
    digests: Digests,
) -> DryRunPlan | ObjectProblem:
    """Plan what a reconcile would do with a manifest. An unavailable cluster gives a problem."""
    resource, owner = proposal.resource, Owner(hub, proposal.resource.metadata.name)
    text = proposal.text or b""
    reading = await run_in_thread_if_large(len(text), lambda: read(text))
    resolver = ClusterResolver(clusters, resource)
    try:
        target = Target(resource, owner, resolver, resolver.destination())
        await clusters.there(target.cluster)
        want = await build_desired_state(reading, resource.spec, target.cluster, owner, digests)
        migration = LegacyMigration(target.cluster, resource, owner, resources.get)
        await migration.discover(want.objects)
        await see_desired(target, want, migration.inventory)
        before = with_ends(target, want, migration.inventory, claims)
        found = await compare(*(target, reading, want, before), claims=claims, drift=DriftReviewer(), everything=True)
        remarks = await UnusedRules().said(target, want, lambda item: siblings_of(item, resources))
    except InventoryUnseenError as error:
        return ObjectProblem(Reason.INVENTORY_MISSING, str(error), owner.name)
    except ClusterError as error:
        return ObjectProblem(error.reason, str(error), owner.name)
    except KubeError as error:
        return ObjectProblem(reason_of(error), str(error), owner.name)
    left = (f"changed since, and left so: {told(drift)}" for drift in found.review.reported)
    warnings = (*(item.message for item in reading.warnings), *remarks, *left)
    return DryRunPlan(proposal, target, migration, found, warnings, _defined_here(reading.objects))


async def dry_run(
    clusters: DryRunClusters,
    proposals: Sequence[DryRunInput],
    hub: str,
    resources: Store[VidraResource],
    *,
    digests: Digests,
    may_describe: Collection[str] = (),
    other_vidras: Collection[str] = (),
) -> DryRunResult:
    """Dry-run the reconciles of all of these. An object that moves between them is neither deleted nor recreated.

    Args:
        digests: Those of this installation.
        may_describe: Names of existing Namespaces that artifacts may label.
        other_vidras: The other hubs whose fields count.
    """
    preview, claims = DryRunResult(), Claims(resources, hub, same=clusters.lead_to_one, digests=digests)
    studies: list[DryRunPlan] = []
    for proposal in proposals:
        if proposal.text is None:
            continue
        found = await plan_dry_run(clusters, proposal, hub, resources, claims, digests=digests)
        if isinstance(found, DryRunPlan):
            studies.append(found)
        else:
            preview.problems.append(found)
    being_deleted = [item.resource for item in proposals if item.text is None]
    unwanted = {
        item.target.owner.name: frozenset(str(ref_of(entry)) for entry in item.found.unwanted) for item in studies
    }
    leaving = {item.metadata.name for item in being_deleted}
    conflict_peers = peers_in(resources, hub, leaving, lambda name: unwanted.get(name, frozenset()))
    for item in studies:
        adopted: list[Ref] = []
        target = item.target
        recognized = RecognizedOwners(target.owner, claims, target.cluster.uid, lambda: other_vidras)
        options = ApplyOptions(
            *(target.resource.spec, conflict_peers, adopted.append), recognized=recognized, may_describe=may_describe
        )
        await _apply(item, options, claims, preview)
        preview.notes += [f"{ref} is there already and would be adopted" for ref in adopted]
    successors = {key for item in studies for key in item.found.want.objects}
    for item in studies:
        await _prune(clusters, item, successors, preview, claims=claims)
    for resource in being_deleted:
        await _leave(clusters, resource, Owner(hub, resource.metadata.name), successors, preview, claims=claims)
    return preview


async def _apply(item: DryRunPlan, options: ApplyOptions, claims: Claims, preview: DryRunResult) -> None:
    target, found = item.target, item.found
    executor = PlanExecutor(target.resolver, target.owner, claims)
    try:
        await item.migration.execute()
        stages = item.migration.migrated_only(found.work.stages)
        await executor.apply(target.cluster, stages, found.before, options, gate=lambda _: None)
    except KubeError as error:
        preview.problems.append(ObjectProblem(reason_of(error), str(error), target.owner.name))
    problems = (*found.want.problems, *item.migration.problems, *executor.problems)
    new, rest = _expected(item.defined, problems)
    preview.new += new
    preview.problems += rest
    preview.notes += item.warnings


async def _prune(
    clusters: DryRunClusters, item: DryRunPlan, successors: Collection[Key], preview: DryRunResult, *, claims: Claims
) -> None:
    target, limits = item.target, item.limits
    unwanted = [entry for entry in item.found.unwanted if key_of(entry) not in successors]
    if objection := limits.reason_to_hold(item.proposal.resource, unwanted, waits=False):
        preview.notes.append(f"{target.owner.name}: {objection.message}")
        if limits.manifest_empty:
            return
    await _remove(clusters, target.resolver, target.owner, unwanted, preview, claims=claims)


async def _leave(
    clusters: DryRunClusters,
    resource: VidraResource,
    owner: Owner,
    successors: Collection[Key],
    preview: DryRunResult,
    *,
    claims: Claims,
) -> None:
    entries = inventory_of(resource).entries
    going = [entry for key, entry in entries.items() if key not in successors]
    orphan = resource.spec.deletion_policy is DeletionPolicy.ORPHAN
    preview.notes.append(f"VidraResource {owner.name} would be removed")
    await _remove(clusters, ClusterResolver(clusters, resource), owner, going, preview, claims=claims, orphan=orphan)


async def _remove(
    clusters: DryRunClusters,
    resolver: ClusterResolver,
    owner: Owner,
    entries: Sequence[ManagedObject],
    preview: DryRunResult,
    *,
    claims: Claims,
    orphan: bool = False,
) -> None:
    executor = PlanExecutor(resolver, owner, claims)
    try:
        for server in {entry.server for entry in entries}:
            await clusters.there(resolver.get(server))
        await executor.prune(prune_order(entries), patient=False, orphan=orphan)
    except KubeError as error:
        preview.problems.append(ObjectProblem(reason_of(error), str(error), owner.name))
    except ClusterError as error:
        preview.problems.append(ObjectProblem(error.reason, str(error), owner.name))
    preview.problems += executor.problems
    preview.notes += [f"stays: {kept}" for kept in executor.kept]


def _defined_here(objects: Sequence[ManifestObject]) -> tuple[ManifestObject, ...]:
    """Objects of kinds whose definition is in the same manifest."""
    kinds = {_defines(item) for item in objects if item.ref.kind == "CustomResourceDefinition"}
    return tuple(item for item in objects if (item.ref.group, item.ref.kind) in kinds)


def _defines(item: ManifestObject) -> tuple[str, str]:
    try:
        return item.body["spec"]["group"], item.body["spec"]["names"]["kind"]
    except (KeyError, TypeError):
        return "", ""


def _expected(
    defined: Iterable[ManifestObject], problems: Iterable[ObjectProblem]
) -> tuple[list[ManifestObject], list[ObjectProblem]]:
    """Objects whose kind is only about to be defined, and the remaining problems."""
    unknown = {problem.object: problem for problem in problems if problem.reason == Reason.KIND_UNKNOWN}
    new = [item for item in defined if str(item.ref) in unknown]
    solved = {str(item.ref) for item in new}
    return new, [item for item in problems if item.object not in solved or item.reason != Reason.KIND_UNKNOWN]
