"""What the benchmarks apply."""

from __future__ import annotations

from typing import Any

Json = dict[str, Any]


def config_map(unit: int, number: int, namespace: str = "") -> Json:
    """A ConfigMap of 300 bytes."""
    metadata = {"name": f"unit-{unit}-{number}"} | ({"namespace": namespace} if namespace else {})
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"text": "x" * 300}}


def manifest(unit: int, objects: int) -> str:
    """An artifact with so many ConfigMaps."""
    return "".join(
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: unit-{unit}-{number}\ndata:\n  text: {'x' * 300}\n"
        for number in range(objects)
    )
