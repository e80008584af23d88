"""Finds VidraResources that no watch has shown yet: a request without an answer may have been executed."""

from __future__ import annotations

import msgspec

from vidra.api.names import API_VERSION, RESOURCE_PLURAL, SYNC_LABEL
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.apply.field_owner import hashed
from vidra.controllers.runtime.context import ControllerContext, sync_of
from vidra.kube.client import JSON
from vidra.kube.errors import ApiError
from vidra.kube.pages import pages
from vidra.kube.partial_metadata import ListMeta

_PATH = f"/apis/{API_VERSION}/{RESOURCE_PLURAL}"


class _Listing(msgspec.Struct, frozen=True):
    items: tuple[VidraResource, ...]
    metadata: ListMeta = ListMeta()


async def list_from_server(shared: ControllerContext, sync: Sync) -> list[VidraResource]:
    """The VidraResources of a sync, read from the API server; those that were unknown are then in the store.

    Only for a sync that is being deleted and seems to have none left: it is read once in its lifetime. If their CRD was
    deleted, they were deleted with it. Where their definition is gone, they are all gone with it.

    Raises:
        KubeError: They cannot be read, so it is not known that there are none.
    """
    query = {"labelSelector": f"{SYNC_LABEL}={hashed(sync.key)}"}
    try:
        found = [page async for page in pages(shared.client, _PATH, _Listing, accept=JSON, query=query)]
    except ApiError as error:
        if not error.not_found:
            raise
        return []
    left = [item for page in found for item in page.items if sync_of(item) == sync.key]
    for item in left:
        shared.resources.changed(item)
    return left
