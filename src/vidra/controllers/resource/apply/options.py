"""On which terms a VidraResource meets other owners and what somebody else made, in one reconcile."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container

import msgspec

from vidra.api.names import MANAGER_PREFIX
from vidra.api.policies import ConflictPolicy
from vidra.api.resource import ManagedObject, VidraResource
from vidra.apply.field_owner import Owner, hub_of
from vidra.apply.guards.conflicts import ConflictPeers, Peer
from vidra.apply.inventory_index import Claim, Claims, Place
from vidra.apply.options import ApplyOptions
from vidra.controllers.resource.cluster import Target
from vidra.controllers.resource.state import ResourceStates
from vidra.controllers.runtime.context import ControllerContext
from vidra.kube.store import Store
from vidra.manifests import Ref

PendingRelease = Callable[[str], frozenset[str]]
"""The objects that a VidraResource of this name keeps only until others have taken them over."""


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

    def others(entry: ManagedObject) -> tuple[Claim, ...]:
        return claims.others(target.owner, entry, Place(entry.server, hub_of(target.cluster.uid), entry.uid))

    def overlooked(entry: ManagedObject) -> bool:
        return bool(others(entry))

    def claimed(entry: ManagedObject) -> bool:
        return any(claim.confirmed for claim in others(entry))

    policies, peers = target.resource.spec, peers_in(shared.resources, shared.hub)
    if target.owner.name in shared.being_deleted:
        policies = msgspec.structs.replace(policies, conflict_policy=ConflictPolicy.FAIL)
    else:
        peers = peers_in(shared.resources, shared.hub, shared.being_deleted, states.pending_release)
    may_describe = shared.settings().label_namespaces
    return ApplyOptions(policies, peers, adopted, waits, overlooked, claimed, may_describe)


def peers_in(
    resources: Store[VidraResource],
    hub: str,
    being_deleted: Container[str] = (),
    pending_release: PendingRelease = lambda _: frozenset(),
) -> ConflictPeers:
    """Looks the VidraResource behind a field manager up.

    Args:
        being_deleted: Names of those that are about to go.
        pending_release: What each of the others is about to release.
    """
    prefix = f"{MANAGER_PREFIX}{hub}:"

    def find(manager: str) -> Peer | None:
        if not manager.startswith(prefix):
            return None
        found = resources.get(manager.removeprefix(prefix))
        if found is None or Owner(hub, found.metadata.name).manager != manager:
            # A name that is too long for a field manager stands there with its hash.
            found = next((item for item in resources if Owner(hub, item.metadata.name).manager == manager), None)
        if found is None:
            return None
        goes = found.metadata.deletion_timestamp is not None or found.metadata.name in being_deleted
        return Peer(found.metadata.name, found.spec.priority, goes, pending_release(found.metadata.name))

    return find
