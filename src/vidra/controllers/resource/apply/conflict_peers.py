"""The other VidraResources, as those that share objects meet them."""

from __future__ import annotations

from collections.abc import Callable, Container

from vidra.api.names import MANAGER_PREFIX
from vidra.api.resource import VidraResource
from vidra.apply.field_owner import Owner
from vidra.apply.guards.conflicts import ConflictPeers, Peer
from vidra.kube.store import Store

PendingRelease = Callable[[str], frozenset[str]]
"""The objects that a VidraResource of this name keeps only until others have taken them over."""


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
