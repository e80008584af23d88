"""Definitions that lie in a folder, one in a file, as their authors release them."""

from pathlib import Path
from typing import Any

import msgspec

from testkit.environment import Scene, established
from vidra.kube.discovery import Kind

Json = dict[str, Any]

DEFINITIONS = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False)


def read(folder: Path) -> list[Json]:
    """Return every definition of a folder, by the name of its file."""
    return [msgspec.yaml.decode(file.read_bytes()) for file in sorted(folder.glob("*.yaml"))]


async def install(scene: Scene, definitions: list[Json]) -> None:
    """Apply definitions, and wait until all are served."""
    for definition in definitions:
        await scene.apply(definition)
    for definition in definitions:
        await scene.until(DEFINITIONS, definition["metadata"]["name"], established)
    scene.discovery.forget()
