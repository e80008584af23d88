"""Tells the deletion of a VidraResource from that of its definition, which takes every VidraResource along.

Invariant: objects are deleted because somebody deleted their VidraResource or its sync, never because a definition of
Vidra's goes. An API server gives the definition its deletionTimestamp before any of its objects, so a read that begins
after a deletion was seen shows what caused it.
"""

from __future__ import annotations

import asyncio

import msgspec

from vidra.api.names import GROUP, RESOURCE_PLURAL, SYNC_PLURAL
from vidra.api.resource import VidraResource
from vidra.api.sync import InfrahubSync
from vidra.controllers.runtime.context import sync_of
from vidra.kube.arrival_watch import DEFINITIONS
from vidra.kube.client import Client
from vidra.kube.partial_metadata import METADATA_LIST, LiveList


class Definition(msgspec.Struct, frozen=True):
    """One of Vidra's definitions, as it was just read."""

    name: str
    there: bool
    leaves_since: str = ""
    """Its deletionTimestamp; empty when it has none."""

    def takes_along(self, since: str) -> bool:
        """Whether what is being deleted since then goes because the definition does.

        Times have whole seconds: in the same second nobody can tell, and what stays can still be deleted.
        """
        return not self.there or bool(self.leaves_since and self.leaves_since <= since)


class Definitions:
    """Vidra's own definitions, read when a deletion has to be explained: once for all that ask meanwhile."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = asyncio.Lock()
        self._began = 0.0
        self._found: tuple[Definition, ...] = ()

    async def why(self, resource: VidraResource, sync: InfrahubSync | None) -> str:
        """The definition because of which a VidraResource is being deleted; empty when somebody wished it.

        Args:
            sync: Its sync, if there is one.

        Raises:
            KubeError: The API server does not tell.
        """
        resources, syncs = await self._read()
        since = _wished_at(resource, sync)
        if resources.takes_along(since):
            return resources.name
        return syncs.name if sync_of(resource) and syncs.takes_along(since) else ""

    async def _read(self) -> tuple[Definition, ...]:
        asked = asyncio.get_running_loop().time()
        async with self._lock:
            if not self._found or self._began < asked:
                began = asyncio.get_running_loop().time()
                self._found = tuple(
                    await asyncio.gather(*(self._look(plural) for plural in (RESOURCE_PLURAL, SYNC_PLURAL)))
                )
                self._began = began
            return self._found

    async def _look(self, plural: str) -> Definition:
        name = f"{plural}.{GROUP}"
        # By a list, because the right to watch definitions is there anyway.
        query = {"fieldSelector": f"metadata.name={name}"}
        found = await self._client.get(DEFINITIONS, LiveList, accept=METADATA_LIST, query=query)
        items = found.items or ()
        return Definition(name, bool(items), (items[0].metadata.deletion_timestamp or "") if items else "")


def _wished_at(resource: VidraResource, sync: InfrahubSync | None) -> str:
    """Since when a VidraResource is on its way out: as long as its sync is."""
    times = [resource.metadata.deletion_timestamp, sync.metadata.deletion_timestamp if sync else None]
    return min(filter(None, times))
