"""Another cluster, as one story sees it: what Vidra is told of it, and what is in it."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec

from testkit.environment import OWN, RESOURCES, SECRETS, Json, Scene
from testkit.objects import config_map
from vidra.clusters.secret_index import marks_for
from vidra.manifests.write import write

BOX = write([config_map("box", colour="red")])
"""What stories put there unless they say otherwise."""

_numbers = itertools.count(1)


class Remote:
    """A cluster that a scene's operator reaches through a Secret.

    Attributes:
        home: Where the operator works.
        scene: The place where the objects go.
        server: Its address, as destinations name it.
        config: The kubeconfig that `credentials` writes.
    """

    def __init__(self, home: Scene, away: Scene) -> None:
        self.home, self.scene, self.server = home, away, away.plane.server
        self.config: Any = msgspec.yaml.decode(away.plane.kubeconfig.read_bytes())
        self._secret = f"cluster-{next(_numbers)}"

    @property
    def user(self) -> Any:
        """The user of the kubeconfig, to change."""
        return self.config["users"][0]["user"]

    def moved_to(self, server: str) -> None:
        """Have the kubeconfig, and what is asked for from now on, lead elsewhere."""
        self.server = self.config["clusters"][0]["cluster"]["server"] = server

    async def credentials(self, name: str = "", **labels: str) -> None:
        """Give Vidra what `config` holds now, in a Secret with these labels."""
        marks, annotations = marks_for(self.server)
        kubeconfig = msgspec.yaml.encode(self.config).decode()
        await self.home.secret(name or self._secret, {**marks, **labels}, annotations, kubeconfig=kubeconfig)

    async def forget(self, name: str = "") -> None:
        """Take the Secret away."""
        await self.home.delete(SECRETS, name or self._secret, namespace=OWN)

    async def resource(self, manifest: str = BOX, *, destination: Json | None = None, **arguments: Any) -> str:
        """A VidraResource whose objects go there."""
        return await self.home.resource(
            manifest, destination={"server": self.server, **(destination or {})}, **arguments
        )

    async def box(self, name: str = "box") -> Json | None:
        """The ConfigMap there."""
        return await self.scene.get(await self.scene.kind("v1", "ConfigMap"), name, namespace=self.scene.namespace)

    async def end(self, name: str) -> None:
        """Delete a VidraResource and wait until it is gone."""
        await self.home.delete(RESOURCES, name)
        await self.home.until_gone(RESOURCES, name)
