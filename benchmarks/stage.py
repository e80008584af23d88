"""What most scenarios start from: a control plane, an Infrahub with artifacts, and a sync of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from benchmarks.objects import manifest
from testkit.controlplane import ControlPlane
from testkit.environment import Scene, connection_to
from testkit.infrahub import StandIn
from vidra.kube.client import Client

NAMESPACE = "workload"


@asynccontextmanager
async def stage(*, controllers: bool = False) -> AsyncIterator[Scene]:
    """A control plane with Vidra's definitions, a namespace and credentials for the Infrahub.

    Args:
        controllers: Whether Kubernetes' own run: without them no Deployment becomes healthy.
    """
    async with ControlPlane(controllers=controllers) as plane, StandIn() as infrahub:
        client = Client(connection_to(plane))
        scene = Scene(plane, client, infrahub, NAMESPACE)
        await scene.define()
        await namespaces(scene, NAMESPACE)
        await scene.credentials()
        yield scene
        await client.close()


async def namespaces(scene: Scene, *names: str) -> None:
    """Make these."""
    for name in names:
        await scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})


def artifacts(scene: Scene, name: str, units: int, objects: int, first: int = 0) -> list[str]:
    """So many artifacts of so many ConfigMaps, whose names count from a first one; gives their ids."""
    return [scene.infrahub.add_artifact(name, manifest(unit, objects)) for unit in range(first, first + units)]


def complete(units: int) -> Any:
    """Whether a sync is Ready with so many VidraResources."""

    def check(item: dict[str, Any]) -> bool:
        status = item.get("status", {})
        ready = [entry for entry in status.get("conditions", []) if entry["type"] == "Ready"]
        return bool(ready and ready[0]["status"] == "True" and status.get("readyResources") == units)

    return check


def requests(scene: Scene, mark: int) -> dict[str, int]:
    """Requests of the operator by verb and resource, as the API server's audit log has them."""
    return dict(
        Counter(
            f"{entry.verb} {entry.resource}{'/' if entry.subresource else ''}{entry.subresource}"
            for entry in scene.plane.audit.so_far(mark)
            if entry.user_agent.startswith("vidra/") and entry.resource != "leases"
        )
    )


def told(counts: dict[str, int]) -> str:
    """Requests for a table, the most frequent first."""
    return ", ".join(f"{count} {what}" for what, count in sorted(counts.items(), key=lambda item: -item[1])) or "0"
