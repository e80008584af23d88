"""Writes the status of a VidraResource with its seal: the only place that writes one."""

from __future__ import annotations

from vidra.api.resource import ResourceStatus, VidraResource
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.status_patch import write_status


async def write_sealed(shared: ControllerContext, resource: VidraResource, status: ResourceStatus) -> VidraResource:
    """Write a status; no request when the API server has it.

    What somebody else wrote meanwhile is replaced, as far as it is known; the seal shows what is not.

    Raises:
        KubeError: It could not be written; 409 when the VidraResource was deleted and recreated.
    """
    foreign = shared.seals.foreign(resource)
    if foreign is None and status == resource.status:
        return resource
    status = shared.seals.sealed(resource, status)
    with shared.seals.writing(resource, status):
        stored = foreign.stored if foreign else None
        return await write_status(shared.client, shared.resources, resource, status, stored=stored)
