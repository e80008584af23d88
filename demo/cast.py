"""What the chapters share: the stage they play on, the two shops, and the looks at them."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Final

import msgspec

from demo.artifacts import Shop
from demo.place import Place
from demo.view import View
from testkit.environment import Check, Json, Scene, is_ready
from testkit.patience import HANG
from vidra.kube.discovery import Kind

WEB_SYNC: Final = "webservers"
VM_SYNC: Final = "virtual-machines"
VM_NAMESPACE: Final = "machines"

INTERVAL: Final = "1s"
PATIENCE: Final = HANG
"""Seconds after which something that should happen counts as not happening, on a slow machine too."""
DEPLOYMENTS: Final = Kind("apps/v1", "Deployment", "deployments", namespaced=True)


class Cast(msgspec.Struct, frozen=True):
    """The scene, where to say what happens in it, and what everybody does there."""

    scene: Scene
    view: View
    place: Place

    def say(self, text: str) -> None:
        """Add a line to the log."""
        self.view.say(text)

    async def sync(self, artifact: str, name: str, destination: Json) -> None:
        """Create an InfrahubSync."""
        place = {"namespace": "default", **destination}
        await self.scene.sync(artifact, name=name, interval=INTERVAL, destination=place)

    async def deployment(self, shop: Shop, check: Check) -> Json:
        """Watch a shop's Deployment until it is as wanted."""
        return await self.scene.until(DEPLOYMENTS, "web", check, namespace=shop.namespace, seconds=PATIENCE)

    async def running(self, shop: Shop) -> str:
        """How many Pods a shop has, by phase, once as many are ready as it wants."""
        await self.deployment(shop, lambda item: item.get("status", {}).get("readyReplicas") == shop.replicas)
        return await self._pods(shop)

    async def _pods(self, shop: Shop) -> str:
        """How many Pods a shop has, by phase."""
        listing: Json = await self.scene.client.get(f"/api/v1/namespaces/{shop.namespace}/pods", Json)
        phases = Counter(str(pod["status"]["phase"]) for pod in listing["items"])
        return ", ".join(f"{count} {phase}" for phase, count in phases.items()) or "none"


@asynccontextmanager
async def followed_by(event: Coroutine[Any, Any, object]) -> AsyncIterator[None]:
    """Begin to watch before the body does something, and end when that was seen."""
    watching = asyncio.create_task(event)
    try:
        yield
        await watching
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def is_healthy(item: Json) -> bool:
    """Whether a sync is Ready, and so are its objects."""
    return is_ready(item) and item["status"].get("health") == "Current"


def replicas(deployment: Json) -> int:
    """How many Pods a Deployment should have."""
    return int(deployment["spec"]["replicas"])


def image(deployment: Json) -> str:
    """What the Pods of a Deployment should run."""
    return str(deployment["spec"]["template"]["spec"]["containers"][0]["image"])
