"""Tells whether a VidraResource is deleted on purpose, or only because its CRD is deleted.

Invariant: objects are deleted because somebody deleted their VidraResource or its sync, never because one of Vidra's
CRDs is deleted. An API server sets the CRD's deletionTimestamp before that of any of its objects. So a read that begins
after a deletion was seen shows its cause.
"""

from __future__ import annotations

import asyncio

import msgspec

from vidra.api.names import GROUP, PLURALS, RESOURCE_KIND
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.kube.arrival_watch import DEFINITIONS
from vidra.kube.client import Client
from vidra.kube.partial_metadata import METADATA_LIST, LiveList


class Definition(msgspec.Struct, frozen=True):
    """One of Vidra's CRDs, as it was just read."""

    name: str
    there: bool
    leaves_since: str = ""
    """Its deletionTimestamp; empty when it has none."""

    def takes_along(self, since: str) -> bool:
        """Whether an object is being deleted since this time because the CRD is.

        Timestamps have whole seconds. Within the same second the cause is unknown; the objects are then kept and can
        still be deleted by a person.
        """
        return not self.there or bool(self.leaves_since and self.leaves_since <= since)


class Definitions:
    """Vidra's own CRDs, read when a deletion has to be explained: one read for all that ask meanwhile."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._lock = asyncio.Lock()
        self._began = 0.0
        self._found: dict[str, Definition] = {}

    async def why(self, resource: VidraResource, sync: Sync | None) -> str:
        """The CRD whose deletion deletes a VidraResource; empty when somebody deleted it on purpose.

        Args:
            sync: Its sync, if it has one.

        Raises:
            KubeError: The CRDs cannot be read.
        """
        found = await self._read()
        since = _wished_at(resource, sync)
        kinds = [RESOURCE_KIND, *(owner.kind for owner in resource.metadata.owner_references if owner.kind in found)]
        return next((found[kind].name for kind in kinds if found[kind].takes_along(since)), "")

    async def _read(self) -> dict[str, Definition]:
        asked = asyncio.get_running_loop().time()
        async with self._lock:
            if not self._found or self._began < asked:
                began = asyncio.get_running_loop().time()
                read = await asyncio.gather(*(self._look(plural) for plural in PLURALS.values()))
                self._found = dict(zip(PLURALS, read, strict=True))
                self._began = began
            return self._found

    async def _look(self, plural: str) -> Definition:
        name = f"{plural}.{GROUP}"
        # By a list: the right to list and watch CRDs exists anyway.
        query = {"fieldSelector": f"metadata.name={name}"}
        found = await self._client.get(DEFINITIONS, LiveList, accept=METADATA_LIST, query=query)
        items = found.items or ()
        return Definition(name, bool(items), (items[0].metadata.deletion_timestamp or "") if items else "")


def _wished_at(resource: VidraResource, sync: Sync | None) -> str:
    """Since when a VidraResource is being deleted, or its sync if that is earlier."""
    times = [resource.metadata.deletion_timestamp, sync.metadata.deletion_timestamp if sync else None]
    return min(filter(None, times))
