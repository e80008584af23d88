"""Writes the status of a VidraResource with its seal: the only place that writes one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from vidra.api.resource import ResourceStatus, VidraResource
from vidra.controllers.runtime.context import ControllerContext


async def write_sealed(
    shared: ControllerContext,
    resource: VidraResource,
    status: ResourceStatus,
    *,
    stored: ResourceStatus | None = None,
) -> VidraResource:
    """Write a status; no request when the API server has it.

    What somebody else wrote meanwhile is replaced, as far as it is known; the seal shows what is not.

    Args:
        stored: What Vidra wrote last, if that is not the status of the VidraResource.

    Raises:
        KubeError: It could not be written; 409 when the VidraResource was deleted and recreated.
    """
    foreign = shared.seals.foreign(resource)
    if foreign is None and status == resource.status:
        return resource
    if foreign is not None and says_the_same(status, foreign.stored):
        status = msgspec.structs.replace(status, last_sync_time=foreign.stored.last_sync_time)

    @contextmanager
    def sealing(whole: ResourceStatus) -> Iterator[ResourceStatus]:
        sealed = shared.seals.sealed(resource, whole)
        with shared.seals.writing(resource, sealed):
            yield sealed

    return await shared.inventories.write(
        resource,
        status,
        sealing=sealing,
        stored=foreign.stored if foreign else stored,
        proven=not foreign or foreign.proven,
    )


def says_the_same(status: ResourceStatus, stored: ResourceStatus) -> bool:
    """Whether nothing changed but how a status is written: an earlier version wrote other digests, and no seal."""
    return _matter(status) == _matter(stored)


def _matter(status: ResourceStatus) -> ResourceStatus:
    entries = tuple(msgspec.structs.replace(entry, revision="") for entry in status.managed_resources)
    return msgspec.structs.replace(status, managed_resources=entries, seal="", last_sync_time="", healthy_objects=0)
