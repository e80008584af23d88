"""A Job that runs once: it is the test that says how it goes."""

from __future__ import annotations

from typing import Any

from testkit.environment import Check, Json, Scene, is_ready
from testkit.eventually import eventually
from testkit.objects import config_map
from vidra.kube.client import encode
from vidra.manifests.write import write

_NOW = "2026-01-01T00:00:00Z"


def job(image: str = "example.com/once:1", **spec: Any) -> str:
    """A Job without Pods: it is the test that says how it goes."""
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "once", "image": image}]}}
    body = {"parallelism": 0, "backoffLimit": 0, **spec, "template": template}
    return write(
        [
            {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "once"}, "spec": body},
            config_map("rest", a="b"),
        ]
    )


class Once:
    """The Job of a scene.

    Args:
        scene: Without controllers: nobody else ends a Job, or cleans it up.
    """

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def live(self) -> Json | None:
        """The Job, or None."""
        return await self.scene.get(await self.scene.kind("batch/v1", "Job"), "once", namespace=self.scene.namespace)

    async def uid(self) -> str:
        """Its UID; empty while there is none."""
        found = await self.live()
        return str(found["metadata"]["uid"]) if found else ""

    async def end(self, *, well: bool = True) -> None:
        """It comes to its end."""
        kind = await self.scene.kind("batch/v1", "Job")
        before, last = ("SuccessCriteriaMet", "Complete") if well else ("FailureTarget", "Failed")
        conditions = [
            {"type": name, "status": "True", "lastTransitionTime": _NOW, "lastProbeTime": _NOW, "reason": "Test"}
            for name in (before, last)
        ]
        status: Json = {"startTime": _NOW, "conditions": conditions}
        if well:
            status["completionTime"] = _NOW
        await self.scene.client.send(
            "PATCH",
            kind.path(self.scene.namespace, "once", "status"),
            body=encode({"status": status}),
            content_type="application/merge-patch+json",
        )

    async def gone(self) -> None:
        """The cluster cleans it up; another one may be there at once."""
        kind, before = await self.scene.kind("batch/v1", "Job"), await self.uid()
        path, query = kind.path(self.scene.namespace, "once"), {"propagationPolicy": "Background"}
        await self.scene.client.send("DELETE", path, query=query)

        async def is_gone() -> bool:
            return await self.uid() != before

        await eventually(is_gone)


def ended(how: str) -> Check:
    """Whether the inventory says that the Job came to its end so, for a VidraResource that is Ready."""

    def check(item: Json) -> bool:
        entries = {entry["name"]: entry for entry in item.get("status", {}).get("managedResources", [])}
        return bool(entries.get("once", {}).get("ended") == how and is_ready(item))

    return check
