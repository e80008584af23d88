"""Puts digests that anybody can compute, as earlier versions wrote them, under the key of this installation."""

from __future__ import annotations

import msgspec

from vidra.api.resource import VidraResource
from vidra.apply.desired.digest import Digests, is_plain
from vidra.apply.revision import text_of, with_text
from vidra.controllers.runtime.context import ControllerContext


async def seal_digests(shared: ControllerContext, resource: VidraResource) -> VidraResource:
    """Write the status once with sealed digests; nothing is read or applied for it, and then it costs no request.

    Raises:
        KubeError: It could not be written.
    """
    after = sealed(resource, shared.digests)
    return resource if after is resource else await shared.inventories.write(resource, after.status)


def sealed(resource: VidraResource, digests: Digests) -> VidraResource:
    """The VidraResource with no plain digest in its inventory; the same one if it has none."""
    entries = resource.status.managed_resources
    if not any(is_plain(text_of(entry)) for entry in entries):
        return resource
    name = resource.metadata.name
    after = tuple(
        with_text(entry, digests.sealed(text_of(entry), name)) if is_plain(text_of(entry)) else entry
        for entry in entries
    )
    status = msgspec.structs.replace(resource.status, managed_resources=after)
    return msgspec.structs.replace(resource, status=status)
