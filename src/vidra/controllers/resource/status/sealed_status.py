"""Writes the status of a VidraResource with its seal: the only place that writes one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vidra.api.resource import ResourceStatus, VidraResource
from vidra.controllers.runtime.context import ControllerContext


async def write_sealed(shared: ControllerContext, resource: VidraResource, status: ResourceStatus) -> VidraResource:
    """Write a status; no request when the API server has it.

    What somebody else wrote meanwhile is replaced, as far as it is known; the seal shows what is not.

    Raises:
        KubeError: It could not be written; 409 when the VidraResource was deleted and recreated.
    """
    foreign = shared.seals.foreign(resource)
    if foreign is None and status == resource.status:
        return resource

    @contextmanager
    def sealing(stored: ResourceStatus) -> Iterator[ResourceStatus]:
        sealed = shared.seals.sealed(resource, stored)
        with shared.seals.writing(resource, sealed):
            yield sealed

    return await shared.inventories.write(
        resource,
        status,
        sealing=sealing,
        stored=foreign.stored if foreign else None,
        proven=not foreign or foreign.proven,
    )
