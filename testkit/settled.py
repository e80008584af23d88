"""Syncs and VidraResources that are made one after the other, and waited for until each is as it stays."""

from __future__ import annotations

import itertools
from typing import Any

from testkit.environment import RESOURCES, SYNCS, Check, Json, Scene, has_reason, is_ready
from vidra.api.names import REQUESTED_AT
from vidra.kube.discovery import Kind

SOON: Json = {"interval": "2s"}


class Settled:
    """What was made in a scene whose operator is another process.

    Attributes:
        polled: Names of artifacts whose syncs ask the scene's Infrahub, again and again.
    """

    def __init__(self, scene: Scene) -> None:
        self._scene = scene
        self._infrahub = scene.infrahub
        self._numbers = itertools.count(1)
        self.polled: list[str] = []

    async def settle(self) -> None:
        """Have each reconciled once more, so that what its last change brought about is over."""
        moment = f"settle-{next(self._numbers)}"
        for kind in (SYNCS, RESOURCES):
            for name in await self.names(kind):
                await self._scene.patch(kind, name, {"metadata": {"annotations": {REQUESTED_AT: moment}}})
        for kind in (SYNCS, RESOURCES):
            for name in await self.names(kind):
                await self._scene.until(kind, name, _handled(moment))

    async def names(self, kind: Kind) -> list[str]:
        """All InfrahubSyncs, or all VidraResources."""
        listing: Json = await self._scene.client.get(kind.path(), Json)
        return [item["metadata"]["name"] for item in listing["items"]]

    async def _sync(self, name: str, *texts: str, reason: str = "Synced", **spec: Any) -> None:
        for text in texts:
            self._infrahub.add_artifact(name, text)
        self.polled.append(name)
        await self._scene.sync(name, name=name, **SOON, **spec)
        await self._scene.until_sync(name, has_reason(reason))

    async def _resource(self, name: str, text: str, check: Check = is_ready, **spec: Any) -> None:
        await self._scene.resource(text, name=name, **SOON, **spec)
        await self._scene.until_resource(name, check)

    async def _edit(self, api_version: str, kind: str, name: str, patch: Json) -> None:
        found = await self._scene.kind(api_version, kind)
        await self._scene.patch(found, name, patch, namespace=self._scene.namespace)


def _handled(moment: str) -> Check:
    return lambda item: bool(item.get("status", {}).get("lastHandledRequestedAt") == moment)
