"""Which unwanted objects a reconcile must not prune now: those that nobody may have meant to delete.

Invariant: a reconcile deletes only what the limit counted. An object that has other owners is not counted, because it
is only released. When its other owners leave at the same moment it would be deleted after all: then it stays until the
next reconcile, which counts it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from vidra.api.held_prune import HeldPrune
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, VidraResource
from vidra.apply.desired.object import Key
from vidra.apply.field_owner import hub_of
from vidra.apply.guards.prune_limit import evaluate, exceeds, object_names, remaining, request
from vidra.apply.inventory import Inventory, key_of
from vidra.apply.inventory_index import Claims, Place
from vidra.apply.plan import Plan
from vidra.apply.recognized_owners import RecognizedOwners
from vidra.controllers.resource.apply.desired_state import DesiredState
from vidra.controllers.resource.cluster import Target
from vidra.controllers.runtime.predicates import approved_prune
from vidra.kube.visibility import Sight
from vidra.manifests import Reading

StaysAfterRelease = Callable[[ManagedObject], bool]
"""Whether an object stays after its owner released it: it has other owners, or its annotation forbids pruning."""


class PruneGuard(msgspec.Struct, frozen=True):
    """What blocks pruning in one reconcile, evaluated before anything is applied."""

    to_delete: tuple[ManagedObject, ...]
    """Objects that pruning would really delete."""
    held: HeldPrune | None
    """Set when the prune limit is exceeded; says whether a person approved."""
    manifest_empty: bool
    """The manifest is empty, and `allowEmpty` was not set."""
    uncounted: frozenset[Key] = frozenset()
    """Objects that may be released and not deleted: to delete them too would exceed the limit."""

    def reason_to_hold(
        self, resource: VidraResource, unwanted: Collection[object], *, waits: bool
    ) -> ObjectProblem | None:
        """Why nothing is pruned now; None when pruning is allowed.

        Args:
            waits: Another VidraResource of the sync may be about to take over what this one no longer wants.
        """
        if self.manifest_empty:
            message = "the manifest holds no object any more: what was applied stays; set allowEmpty if it should go"
            return ObjectProblem(Reason.EMPTY_MANIFEST, message)
        if self.held and not self.held.approved:
            message = request(resource.metadata.name, self.held, self.to_delete, resource.spec.prune_limit)
            return ObjectProblem(Reason.PRUNE_HELD, message)
        if not waits:
            return None
        return ObjectProblem(
            Reason.PROGRESSING,
            f"no longer wanted: {len(unwanted)}; pruned when no other VidraResource of the sync is about to take "
            "something over",
        )

    def left(self, gone: Collection[Key]) -> HeldPrune | None:
        """The part of the held set that is still to be deleted, for the next reconcile."""
        return remaining(self.held, self.to_delete, gone)


def prune_guard(
    resource: VidraResource,
    reading: Reading,
    want: DesiredState,
    work: Plan,
    before: Inventory,
    *,
    survives: StaysAfterRelease,
) -> PruneGuard:
    """Check what a plan would prune, before it is executed."""
    nothing = not reading.objects and not reading.problems
    trigger = {_apart(key) for key in want.objects if key not in before.entries}
    unwanted = [entry for stage in work.prune for entry in stage]
    leaving = [entry for entry in unwanted if _apart(key_of(entry)) not in trigger]
    going = tuple(entry for entry in leaving if not survives(entry))
    held, uncounted = None, frozenset[Key]()
    if not (nothing and resource.spec.allow_empty):
        limit, last = resource.spec.prune_limit, resource.status.held_prune
        approval = approved_prune(resource.metadata)
        # An entry without a UID is no object that exists: who adds some must not make the others a smaller share.
        names, total = object_names(going), sum(bool(entry.uid) for entry in before.entries.values())
        held = evaluate(names, len(going), total, limit=limit, previous=last, approval=approval)
        if exceeds(len(leaving), total, limit):
            uncounted = frozenset(map(key_of, leaving)) - frozenset(map(key_of, going))
    # A namespace that Vidra adds by itself does not make a manifest non-empty.
    emptied = nothing and not resource.spec.allow_empty and bool(before.entries)
    return PruneGuard(going, held, emptied, uncounted)


def survivors(target: Target, claims: Claims) -> StaysAfterRelease:
    """Decides by the informers and the other inventories; nothing is known of other clusters here."""
    cluster, owner = target.cluster, target.owner
    recognized = RecognizedOwners(owner, claims, cluster.uid)

    def survives(entry: ManagedObject) -> bool:
        kind = cluster.discovery.known_as(entry.api_version, entry.kind) if entry.server == cluster.server else None
        found = cluster.observed.look(kind, entry.namespace, entry.name) if kind else None
        seen = found is not None and found.sight is Sight.SEEN
        live = found.state if found and seen else None
        if live is None:
            return seen and not entry.uid  # it was listed, but not applied: nothing will be deleted
        place = Place(entry.server, hub_of(cluster.uid), live.uid, live.unheld)
        held = recognized.known(entry, [name for name, _ in live.holders if name != owner.manager])
        return live.kept or bool(held) or any(claim.keeps for claim in claims.others(owner, entry, place))

    return survives


def _apart(key: Key) -> tuple[str, str, str]:
    """The part of a key that stays the same when an object moves to another namespace or cluster."""
    return key.group, key.kind, key.name
