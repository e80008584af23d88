"""Compares a manifest with a cluster: what is to be applied, reverted, pruned and held back.

Nothing is written here. A dry run makes the same comparison.
"""

from __future__ import annotations

import msgspec

from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import DesiredObject
from vidra.apply.ended_objects import handed_over, noted
from vidra.apply.field_owner import hub_of
from vidra.apply.inventory import Inventory
from vidra.apply.inventory_index import Claims
from vidra.apply.plan import Plan, plan
from vidra.apply.recognized_texts import recognized
from vidra.controllers.resource.apply.desired_state import DesiredState
from vidra.controllers.resource.apply.prune_guard import PruneGuard, prune_guard, survivors
from vidra.controllers.resource.apply.up_to_date import was_applied
from vidra.controllers.resource.cluster import Target, kind_at
from vidra.controllers.resource.drift.review import DriftReviewer, Review
from vidra.controllers.runtime.event_loop import yield_to_loop
from vidra.kube.object_snapshot import ObjectSnapshot
from vidra.manifests import Reading


class Comparison(msgspec.Struct, frozen=True):
    """What one reconcile has to do, before any of it is done."""

    want: DesiredState
    before: Inventory
    """With what is known of objects that ended, as finished Jobs do."""
    review: Review
    """The plan, after drift was reviewed."""
    limits: PruneGuard

    @property
    def work(self) -> Plan:
        """What to apply and to prune."""
        return self.review.work

    @property
    def unwanted(self) -> tuple[ManagedObject, ...]:
        """What would be pruned."""
        return tuple(entry for stage in self.work.prune for entry in stage)


async def compare(
    target: Target,
    reading: Reading,
    want: DesiredState,
    before: Inventory,
    *,
    claims: Claims,
    drift: DriftReviewer,
    everything: bool,
) -> Comparison:
    """Compare a manifest with what the informers show. The informers must already watch its kinds.

    Args:
        before: The inventory, with what is known of objects that ended.
        claims: What other VidraResources own.
        drift: What is remembered of drifted objects.
        everything: Check each object, and trust nothing that was remembered.

    Raises:
        KubeError: The cluster does not answer, or does not let Vidra in.
    """
    found = _plan(target, want, before)
    await yield_to_loop(want.total)
    review = await drift.review(target, found, want.objects, before, everything=everything)
    await yield_to_loop(want.total)
    limits = prune_guard(target.resource, reading, want, review.work, before, survives=survivors(target, claims))
    return Comparison(want, before, review, limits)


def with_ends(target: Target, want: DesiredState, inventory: Inventory, claims: Claims) -> Inventory:
    """The inventory with the objects that ended under these manifests: they are not run again."""
    observed, place = target.cluster.observed, hub_of(target.cluster.uid)
    known = recognized(
        inventory,
        want.objects,
        same=was_applied(target.resource),
        missing=lambda item: observed.get(item.kind, item.ref.namespace, item.ref.name) is None,
    )
    seen = noted(known, lambda entry: kind_at(entry, target.cluster), observed, want.objects)
    return handed_over(seen, want.objects, observed, lambda item: claims.of_same_text(target.owner, item, place))


def _plan(target: Target, want: DesiredState, before: Inventory) -> Plan:
    observed = target.cluster.observed

    def look(item: DesiredObject) -> ObjectSnapshot | None:
        return observed.get(item.kind, item.ref.namespace, item.ref.name)

    return plan(want.objects, before, look, target.owner.manager)
