"""On which terms a VidraResource meets other owners and what somebody else made, in one reconcile."""

from __future__ import annotations

from collections.abc import Callable, Collection

import msgspec

from vidra.api.policies import ConflictPolicy
from vidra.api.resource import ManagedObject
from vidra.apply.field_owner import hub_of
from vidra.apply.inventory_index import Claims, Place
from vidra.apply.options import ApplyOptions
from vidra.controllers.resource.apply.conflict_peers import peers_in
from vidra.controllers.resource.cluster import Target
from vidra.controllers.resource.state import ResourceStates
from vidra.controllers.runtime.context import ControllerContext
from vidra.manifests import Ref


def apply_options(
    shared: ControllerContext,
    states: ResourceStates,
    claims: Claims,
    target: Target,
    *,
    adopted: Callable[[Ref], None],
    waits: Callable[[Collection[ManagedObject]], bool],
) -> ApplyOptions:
    """Its own policies, unless it is about to be deleted: then it takes nothing from anybody.

    Args:
        claims: What other VidraResources have.
        adopted: Told of each object that is adopted, at once.
        waits: Whether others may be about to own what this one no longer wants.
    """

    def overlooked(entry: ManagedObject) -> bool:
        place = Place(entry.server, hub_of(target.cluster.uid), entry.uid)
        return bool(claims.others(target.owner, entry, place))

    policies, peers = target.resource.spec, peers_in(shared.resources, shared.hub)
    if target.owner.name in shared.being_deleted:
        policies = msgspec.structs.replace(policies, conflict_policy=ConflictPolicy.FAIL)
    else:
        peers = peers_in(shared.resources, shared.hub, shared.being_deleted, states.pending_release)
    return ApplyOptions(policies, peers, adopted, waits, overlooked, shared.settings().label_namespaces)
