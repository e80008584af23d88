"""Reads the VidraResource behind a field manager from the API server, where the store may be late."""

from __future__ import annotations

import re

from vidra.api.names import API_VERSION, MANAGER_PREFIX, RESOURCE_PLURAL
from vidra.api.resource import VidraResource
from vidra.apply.field_owner import Owner
from vidra.apply.inventory_reading import if_seen
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.kube.partial_metadata import METADATA_LIST, LiveList
from vidra.kube.store import Store

RESOURCES = f"/apis/{API_VERSION}/{RESOURCE_PLURAL}"
_NAME = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_SHORTENED = re.compile(r".*-[0-9a-f]{16}")


class OwnerLookup:
    """Finds VidraResources by field manager.

    Args:
        client: Of the cluster that Vidra runs in.
        resources: All that are known.
    """

    def __init__(self, client: Client, resources: Store[VidraResource], hub: str) -> None:
        self._client = client
        self._resources = resources
        self._hub = hub

    async def read(self, manager: str) -> VidraResource | None:
        """The VidraResource with this field manager as it is now; None when there is none.

        Raises:
            KubeError: The API server does not answer, or refuses.
        """
        name = await self._name(manager)
        if Owner(self._hub, name).manager != manager or not _NAME.fullmatch(name):
            return None
        try:
            found = await self._client.get(f"{RESOURCES}/{name}", VidraResource)
        except ApiError as error:
            if error.not_found:
                return None
            raise
        return await if_seen(self._client, found)

    async def _name(self, manager: str) -> str:
        """Its name: what the field manager says, unless that is the start and the hash of a name that is too long."""
        said = manager.removeprefix(f"{MANAGER_PREFIX}{self._hub}:")
        if not _SHORTENED.fullmatch(said) or self._resources.get(said):
            return said
        known = [item.metadata.name for item in self._resources]
        if (found := self._match(manager, known)) is None:
            listed = (await self._client.get(RESOURCES, LiveList, accept=METADATA_LIST)).items or ()
            found = self._match(manager, [item.metadata.name for item in listed])
        return said if found is None else found

    def _match(self, manager: str, names: list[str]) -> str | None:
        return next((name for name in names if Owner(self._hub, name).manager == manager), None)
