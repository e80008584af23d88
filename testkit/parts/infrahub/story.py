"""A story from data in a real Infrahub to objects in a real cluster."""

from __future__ import annotations

import itertools
from typing import Any, Final

from testkit.environment import Json, Scene
from testkit.parts.infrahub.loaded import LoadedInfrahub
from vidra.api.names import INFRAHUB_LABEL

PATIENCE: Final = 180.0
"""Seconds: Infrahub generates an artifact anew within some, and within many on a busy machine."""
_API: Final = {"ConfigMap": "v1", "Deployment": "apps/v1", "VirtualMachine": "kubevirt.io/v1"}
_numbers = itertools.count(1)


class Story:
    """A scene whose syncs read from the real Infrahub.

    Attributes:
        scene: A namespace, and an operator at work.
        hub: The Infrahub, and what is done there.
    """

    def __init__(self, scene: Scene, hub: LoadedInfrahub) -> None:
        self.scene = scene
        self.hub = hub

    @property
    def place(self) -> dict[str, str]:
        """Where objects go, as an argument."""
        return {"namespace": self.scene.namespace}

    def name(self, of: str) -> str:
        """A name that nothing else in this Infrahub has."""
        return f"{of}-{next(_numbers)}"

    async def credentials(self) -> None:
        """Give Vidra the name and the password of the real Infrahub's account, found by its whole address."""
        place = self.hub.infrahub.place
        data = {"username": place.username, "password": place.password}
        label, address = {INFRAHUB_LABEL: "127.0.0.1"}, {INFRAHUB_LABEL: self.hub.infrahub.url}
        await self.scene.secret(self.name("real"), label, address, **data)

    async def sync(self, artifact: str, *, name: str = "", destination: Json | None = None, **source: str) -> str:
        """A sync from the real Infrahub that looks every second; gives its name."""
        real = {"infrahubAPIURL": self.hub.infrahub.url, **source}
        return await self.scene.sync(artifact, name=name, source=real, destination=destination, interval="1s")

    async def has(self, kind: str, name: str, **values: Any) -> Json:
        """Wait for an object whose spec, or data, holds these values."""
        field = "data" if kind == "ConfigMap" else "spec"
        return await self.scene.until(
            await self.scene.kind(_API[kind], kind),
            name,
            lambda item: bool(values.items() <= item[field].items()),
            **self.place,
            seconds=PATIENCE,
        )
