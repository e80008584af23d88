"""The apply options of one reconcile: how to treat other owners, and objects that Vidra did not create."""

from __future__ import annotations

from collections.abc import Callable, Collection, Container

import msgspec

from vidra.api.names import MANAGER_PREFIX
from vidra.api.policies import ConflictPolicy
from vidra.api.resource import ManagedObject, ResourceSpec, VidraResource
from vidra.apply.field_owner import Owner, hub_of
from vidra.apply.guards.conflicts import ConflictPeers, Peer
from vidra.apply.inventory_index import Claim, Claims, Place
from vidra.apply.options import ApplyOptions
from vidra.apply.pruner import PROTECTED
from vidra.apply.recognized_owners import RecognizedOwners
from vidra.controllers.resource.apply.desired_state import DEFAULT_NAMESPACE
from vidra.controllers.resource.cluster import Target
from vidra.controllers.resource.state import ResourceStates
from vidra.controllers.runtime.context import ControllerContext
from vidra.kube.object_snapshot import ObjectSnapshot
from vidra.kube.store import Store
from vidra.manifests import Ref

PendingRelease = Callable[[str], frozenset[str]]
"""The objects that the VidraResource of this name keeps only until other owners have taken them over."""


def apply_options(
    shared: ControllerContext,
    states: ResourceStates,
    claims: Claims,
    target: Target,
    *,
    adopted: Callable[[Ref], None],
    waits: Callable[[Collection[ManagedObject]], bool],
) -> ApplyOptions:
    """The VidraResource's own policies. One that is about to be deleted never forces a conflict.

    Args:
        claims: What other VidraResources own.
        adopted: Called for each adopted object, at once.
        waits: Whether other owners may be about to take over what this one no longer wants.
    """

    def others(entry: ManagedObject, state: ObjectSnapshot) -> tuple[Claim, ...]:
        place = Place(entry.server, hub_of(target.cluster.uid), state.uid, state.unheld)
        return claims.others(target.owner, entry, place)

    policies, peers = target.resource.spec, peers_in(shared.resources, shared.hub)
    if target.owner.name in shared.being_deleted:
        policies = msgspec.structs.replace(policies, conflict_policy=ConflictPolicy.FAIL)
    else:
        peers = peers_in(shared.resources, shared.hub, shared.being_deleted, states.pending_release)
    recognized = RecognizedOwners(target.owner, claims, target.cluster.uid, lambda: shared.settings().other_vidras)
    believes = target.resolver.announcements(claims.waiting(target.owner)).believes
    may_describe = shared.settings().label_namespaces
    creates = creatable(target.resource.spec)
    return ApplyOptions(policies, peers, adopted, waits, others, recognized, believes, may_describe, creates)


def creatable(spec: ResourceSpec) -> str:
    """The namespace that `createNamespace` would create; empty where it is set already, or creates none."""
    name = spec.destination.namespace or DEFAULT_NAMESPACE
    return "" if spec.destination.create_namespace or name in PROTECTED else name


def peers_in(
    resources: Store[VidraResource],
    hub: str,
    being_deleted: Container[str] = (),
    pending_release: PendingRelease = lambda _: frozenset(),
) -> ConflictPeers:
    """Looks up the VidraResource behind a field manager.

    Args:
        being_deleted: Names of VidraResources that are about to be deleted.
        pending_release: Returns what each of the others is about to release.
    """
    prefix = f"{MANAGER_PREFIX}{hub}:"

    def find(manager: str) -> Peer | None:
        if not manager.startswith(prefix):
            return None
        found = resources.get(manager.removeprefix(prefix))
        if found is None or Owner(hub, found.metadata.name).manager != manager:
            # A name that is too long for a field manager is replaced by its hash.
            found = next((item for item in resources if Owner(hub, item.metadata.name).manager == manager), None)
        if found is None:
            return None
        goes = found.metadata.deletion_timestamp is not None or found.metadata.name in being_deleted
        return Peer(found.metadata.name, found.spec.priority, goes, pending_release(found.metadata.name))

    return find
