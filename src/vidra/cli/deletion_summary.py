"""Ends syncs and VidraResources, and says before what that means for the objects in clusters."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from vidra.api.policies import DeletionPolicy
from vidra.api.resource import VidraResource
from vidra.api.sync import InfrahubSync
from vidra.apply.inventory import key_of
from vidra.cli.hub_client import Item, path_of
from vidra.cli.terminal import one_line
from vidra.controllers.runtime.context import sync_of
from vidra.kube.client import Client
from vidra.kube.operations import delete, merge_patch


def told(syncs: Iterable[InfrahubSync], resources: Iterable[VidraResource], *, keep: bool) -> str:
    """What a deletion deletes, cluster by cluster.

    Args:
        resources: All that go, with those of the syncs.
        keep: The objects stay, whatever the policies say.
    """
    policies = {sync.metadata.name: sync.spec.deletion_policy for sync in syncs}
    gone: Counter[str] = Counter()
    left: Counter[str] = Counter()
    counted = set()
    for resource in resources:
        policy = policies.get(sync_of(resource), resource.spec.deletion_policy)
        stays = keep or policy is DeletionPolicy.ORPHAN
        for entry in resource.status.managed_resources:
            if key_of(entry) not in counted:
                counted.add(key_of(entry))
                (left if stays else gone)[entry.server] += 1
    lines = [
        f"{number} objects are deleted in {_cluster(server)}, unless others own them too"
        for server, number in sorted(gone.items())
    ]
    lines += [
        f"{number} objects stay in {_cluster(server)}, without a mark of Vidra's"
        for server, number in sorted(left.items())
    ]
    return "\n".join(one_line(line) for line in lines) or "no object in any cluster is deleted"


async def end(client: Client, item: Item, *, keep: bool, seconds: float | None) -> None:
    """Delete a sync or VidraResource, which the operator then carries out.

    Args:
        keep: Let the objects stay.
        seconds: How long to wait for its end; None: not at all.

    Raises:
        CommandError: It is still there when the time is over.
        KubeError: It could not be deleted.
    """
    if keep and item.spec.deletion_policy is not DeletionPolicy.ORPHAN:
        patch = {"metadata": {"uid": item.metadata.uid}, "spec": {"deletionPolicy": DeletionPolicy.ORPHAN.value}}
        await merge_patch(client, path_of(item), patch, type(item))
    await delete(client, path_of(item), uid=item.metadata.uid)
    if seconds is not None:
        from vidra.cli.wait import until_gone

        await until_gone(client, item, seconds)


def _cluster(server: str) -> str:
    return server or "the cluster that Vidra runs in"
