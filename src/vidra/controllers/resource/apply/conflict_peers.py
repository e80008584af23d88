"""The other VidraResources, as those that share objects meet them."""

from __future__ import annotations

from collections.abc import Container, Mapping

from vidra.api.names import MANAGER_PREFIX
from vidra.api.resource import VidraResource
from vidra.apply.field_owner import Owner
from vidra.apply.guards.conflicts import ConflictPeers, Peer
from vidra.kube.store import Store


def peers_in(
    resources: Store[VidraResource], hub: str, being_deleted: Container[str], unwanted: Mapping[str, frozenset[str]]
) -> ConflictPeers:
    """Looks the VidraResource behind a field manager up.

    Args:
        being_deleted: Names of those that are about to go.
        unwanted: Objects that others, by name, are about to let go of.
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
        return Peer(found.metadata.name, found.spec.priority, goes, unwanted.get(found.metadata.name, frozenset()))

    return find
