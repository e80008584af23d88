"""Watches objects while something happens around them: that none is deleted, or made anew."""

from __future__ import annotations

import asyncio
from types import TracebackType
from typing import Any, Self

import msgspec

from testkit.environment import SYNCS, VIDRA_SYNCS, Scene
from testkit.objects import config_map
from testkit.patience import HANG, NEVER
from vidra.kube.watch import lines

Json = dict[str, Any]

MARK = "vigil-mark"
"""Written at the end: when the watch has shown it, it has shown everything before it."""


class Vigil:
    """Over the ConfigMaps of a namespace, from `async with` to its end.

    Attributes:
        ended: Names of objects that were deleted meanwhile.
        uids: UIDs of the objects that were there at the start, by name.
        versions: resourceVersion of the first event about each object: when it came, or changed, or went.
        ends: resourceVersion at which each object was deleted.
    """

    def __init__(self, scene: Scene, namespace: str = "") -> None:
        self._scene = scene
        self._namespace = namespace or scene.namespace
        self._marked = asyncio.Event()
        self.ended: list[str] = []
        self.uids: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.ends: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        self._kind = await self._scene.kind("v1", "ConfigMap")
        listing: Json = await self._scene.client.get(self._kind.path(self._namespace), Json)
        self.uids = _uids(listing)
        self._task = asyncio.create_task(self._watch(listing["metadata"]["resourceVersion"]))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if error is None:
                await self._scene.apply(config_map(MARK, self._namespace, at=str(id(self))))
                async with asyncio.timeout(HANG):
                    await self._marked.wait()
        finally:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def now(self) -> dict[str, str]:
        """UIDs of the objects that are there now, by name."""
        return _uids(await self._scene.client.get(self._kind.path(self._namespace), Json))

    async def _watch(self, since: str) -> None:
        query = {"watch": "true", "resourceVersion": since}
        path = self._kind.path(self._namespace)
        async with self._scene.client.stream(path, query=query, accept="application/json", silence=NEVER) as content:
            async for line in lines(content):
                event = msgspec.json.decode(line)
                name, version = event["object"]["metadata"]["name"], int(event["object"]["metadata"]["resourceVersion"])
                self.versions.setdefault(name, version)
                if event["type"] == "DELETED":
                    self.ends[name] = version
                    self.ended.append(name)
                elif name == MARK:
                    self._marked.set()


async def hand_over_and_back(scene: Scene, source: Json) -> Vigil:
    """What was seen while the objects of an InfrahubSync passed to a VidraSync with this source, and back."""
    first = await scene.sync("Colours", interval="1h")
    await scene.until_sync(first)
    async with Vigil(scene) as vigil:
        second = await scene.vidra_sync(source=source, interval="1h")
        await scene.delete(SYNCS, first)
        await asyncio.gather(scene.until_gone(SYNCS, first), scene.until_vidra_sync(second))
        third = await scene.sync("Colours", interval="1h")
        await scene.delete(VIDRA_SYNCS, second)
        await asyncio.gather(scene.until_gone(VIDRA_SYNCS, second), scene.until_sync(third))
    return vigil


def _uids(listing: Json) -> dict[str, str]:
    mine = (item["metadata"] for item in listing["items"])
    return {meta["name"]: meta["uid"] for meta in mine if meta["name"] not in {MARK, "kube-root-ca.crt"}}
