"""A node on which pods run as far as the API tells: they become Ready, or say why they do not."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any, Final

import yaml

from testkit.controlplane import ControlPlane
from testkit.controlplane.program import Program
from testkit.controlplane.ready import until
from testkit.environment import connection_to
from testkit.parts.running import Running
from testkit.parts.scheduler_stub import seat
from toolchain.tools import find_tool
from vidra.kube.client import Client

NODE: Final = "kwok"
ABSENT: Final = "registry.example.com/absent:1"
"""An image that cannot be pulled on this node; every other can."""
FAILS: Final = {"pod-container-running-failed.stage.kwok.x-k8s.io": "true"}
"""Labels of a pod whose containers end with an error a second after they started."""

_IMAGES: Final = ".spec.containers.[].image"
_WAITS: Final = [
    {"key": ".metadata.deletionTimestamp", "operator": "DoesNotExist"},
    {"key": _IMAGES, "operator": "In", "values": [ABSENT]},
    {"key": ".status.containerStatuses.[].state.waiting.reason", "operator": "DoesNotExist"},
]
_STATUS: Final = """\
conditions:
- type: Initialized
  status: "True"
- type: Ready
  status: "False"
  reason: ContainersNotReady
- type: ContainersReady
  status: "False"
  reason: ContainersNotReady
containerStatuses:
{{ range .spec.containers }}
- name: {{ .name | Quote }}
  image: {{ .image | Quote }}
  ready: false
  started: false
  restartCount: 0
  state:
    waiting:
      reason: ImagePullBackOff
      message: Back-off pulling image {{ .image }}
{{ end }}
phase: Pending
"""


class Kwok(Running):
    """kwok with one node over a control plane, from `async with` to its end."""

    def __init__(self, plane: ControlPlane) -> None:
        super().__init__()
        self._plane = plane

    async def _start(self, stack: AsyncExitStack) -> None:
        program = await self._program()
        stack.push_async_callback(program.stop)
        await program.start()
        await self._plane.request("POST", "/api/v1/nodes", {"metadata": {"name": NODE}})
        await until(self._takes_pods, program)
        client = Client(connection_to(self._plane))
        stack.push_async_callback(client.close)
        seating = asyncio.create_task(seat(client, NODE), name="seats")
        stack.push_async_callback(_end, seating)

    async def _program(self) -> Program:
        binary = await asyncio.to_thread(find_tool, "kwok")
        folder = await asyncio.to_thread(find_tool, "kwok-stages")
        released = await self._plane.kubectl("kustomize", str(folder / "fast"))
        config = self._plane.folder / "kwok.yaml"
        failing = yaml.safe_load((folder / "pod" / "chaos" / "pod-container-running-failed.yaml").read_text())
        config.write_text(yaml.safe_dump_all([*stages(list(yaml.safe_load_all(released.stdout))), failing]))
        flags = (f"--kubeconfig={self._plane.kubeconfig}", f"--config={config}", "--manage-all-nodes")
        return Program(binary, flags, self._plane.folder)

    async def _takes_pods(self) -> bool:
        node = (await self._plane.request("GET", f"/api/v1/nodes/{NODE}")).body
        conditions = {entry["type"]: entry["status"] for entry in node.get("status", {}).get("conditions", [])}
        return conditions.get("Ready") == "True" and not node["spec"].get("taints")


def stages(released: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return kwok's released stages, in which pods with the absent image wait for it for ever."""
    ready = next(stage for stage in released if stage["metadata"]["name"] == "pod-ready")
    ready["spec"]["selector"]["matchExpressions"].append({"key": _IMAGES, "operator": "NotIn", "values": [ABSENT]})
    absent = {
        **ready,
        "metadata": {"name": "pod-image-absent"},
        "spec": {
            "resourceRef": ready["spec"]["resourceRef"],
            "selector": {"matchExpressions": _WAITS},
            "next": {"statusTemplate": _STATUS},
        },
    }
    return [*released, absent]


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
