"""Deletes syncs and VidraResources, and says before what that means for the objects in clusters."""

from __future__ import annotations

from collections.abc import Iterable

from vidra.api.policies import DeletionPolicy
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.cli.terminal import one_line
from vidra.cli.wait import until_gone
from vidra.common.text import counted
from vidra.kube.client import Client
from vidra.kube.operations import delete, merge_patch
from vidra.views.deletion import deletion_of
from vidra.views.resource_names import Item, path_of

_ORPHANED = "without Vidra's labels and field ownership"


def consequences(syncs: Iterable[Sync], resources: Iterable[VidraResource], *, keep: bool) -> str:
    """What a deletion deletes, cluster by cluster.

    Args:
        resources: All that are deleted, with those of the syncs.
        keep: The objects stay, whatever the policies say.
    """
    clusters = deletion_of(syncs, resources, keep=keep)
    lines = [
        f"{_objects(each.deleted, 'is', 'are')} deleted in {_cluster(each.server)}, unless owned by others too"
        for each in clusters
        if each.deleted
    ]
    lines += [
        f"{_objects(each.orphaned, 'stays', 'stay')} in {_cluster(each.server)}, {_ORPHANED}"
        for each in clusters
        if each.orphaned
    ]
    return "\n".join(one_line(line) for line in lines) or "no object in any cluster is deleted"


async def delete_resource(client: Client, item: Item, *, keep: bool, seconds: float | None, namespace: str) -> None:
    """Delete a sync or VidraResource, which the operator then carries out.

    Args:
        keep: Let the objects stay.
        seconds: How long to wait for its end; None: not at all.
        namespace: Vidra's own.

    Raises:
        CommandError: It is still there when the time is over.
        KubeError: It could not be deleted.
    """
    if keep and item.spec.deletion_policy is not DeletionPolicy.ORPHAN:
        patch = {"metadata": {"uid": item.metadata.uid}, "spec": {"deletionPolicy": DeletionPolicy.ORPHAN.value}}
        await merge_patch(client, path_of(item), patch, type(item))
    await delete(client, path_of(item), uid=item.metadata.uid)
    if seconds is not None:
        await until_gone(client, item, seconds, namespace)


def _objects(number: int, one: str, more: str) -> str:
    return f"{counted(number, 'object')} {one if number == 1 else more}"


def _cluster(server: str) -> str:
    return server or "the cluster that Vidra runs in"
