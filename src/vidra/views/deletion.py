"""What the deletion of syncs and VidraResources will do to the objects in clusters: pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from vidra.api.policies import DeletionPolicy
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.apply.inventory import key_of
from vidra.controllers.runtime.context import sync_of


class ClusterDeletion(msgspec.Struct, frozen=True):
    """What will happen to the objects in one cluster."""

    server: str
    """Empty for the cluster that Vidra runs in."""
    deleted: int = 0
    """Unless others own them too."""
    orphaned: int = 0
    """They stay, without a mark of Vidra's."""


def deletion_of(syncs: Iterable[Sync], resources: Iterable[VidraResource], *, keep: bool) -> list[ClusterDeletion]:
    """The objects that would be deleted and those that would stay, by cluster; an object of several owners counts once.

    Args:
        resources: All that are deleted, with those of the syncs.
        keep: The objects stay, whatever the policies say.
    """
    policies = {sync.key: sync.spec.deletion_policy for sync in syncs}
    deleted: Counter[str] = Counter()
    orphaned: Counter[str] = Counter()
    counted = set()
    for resource in resources:
        policy = policies.get(sync_of(resource), resource.spec.deletion_policy)
        stays = keep or policy is DeletionPolicy.ORPHAN
        for entry in resource.inventory:
            if key_of(entry) not in counted:
                counted.add(key_of(entry))
                (orphaned if stays else deleted)[entry.server] += 1
        if not resource.is_inventory_seen and (pieces := resource.status.inventory):
            left = pieces.objects - len(resource.status.managed_resources)
            (orphaned if stays else deleted)[resource.spec.destination.server or ""] += left
    servers = sorted(deleted.keys() | orphaned.keys())
    return [ClusterDeletion(server, deleted[server], orphaned[server]) for server in servers]
