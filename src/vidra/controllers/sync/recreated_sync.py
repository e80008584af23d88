"""A sync that was deleted and recreated keeps its VidraResources, if it is faster than the garbage collector."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog

from vidra.api.meta import OwnerReference
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.status_patch import path_of
from vidra.kube.errors import ApiError
from vidra.kube.operations import merge_patch

log = structlog.get_logger("vidra.sync")


async def reclaim(shared: ControllerContext, sync: Sync) -> None:
    """Replace the owner of VidraResources that name an earlier sync of the same name.

    Raises:
        KubeError: It could not be written.
    """
    for resource in shared.resources.group(sync.key):
        if resource.metadata.deletion_timestamp or not any(_is_stale(owner, sync) for owner in _owners(resource)):
            continue
        try:
            shared.resources.changed(
                await merge_patch(shared.client, path_of(resource), _patch(resource, sync), VidraResource)
            )
        except ApiError as error:
            # Changed or deleted meanwhile: that event enqueues the sync again.
            if not error.conflict and not error.not_found:
                raise
        else:
            log.info("claimed", sync=sync.key, resource=resource.metadata.name)


def _patch(resource: VidraResource, sync: Sync) -> dict[str, Any]:
    owners = [
        msgspec.structs.replace(owner, uid=sync.metadata.uid) if _is_stale(owner, sync) else owner
        for owner in _owners(resource)
    ]
    return {
        "metadata": {
            "uid": resource.metadata.uid,
            "resourceVersion": resource.metadata.resource_version,
            "ownerReferences": msgspec.to_builtins(owners),
        }
    }


def _owners(resource: VidraResource) -> tuple[OwnerReference, ...]:
    return resource.metadata.owner_references


def _is_stale(owner: OwnerReference, sync: Sync) -> bool:
    return (owner.kind, owner.name) == (sync.kind, sync.metadata.name) and owner.uid != sync.metadata.uid
