"""A node of the demo's own: what is put there runs as far as the API tells, and nothing else does.

The control plane is real and has neither a scheduler nor a kubelet, nor KubeVirt. This says of Pods and of virtual
machines what those would, so that a person sees them become healthy, and so that nothing is Failed after ten minutes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, Final, NoReturn

import msgspec

from testkit.parts.scheduler_stub import bind
from vidra.api.times import micro_time, rfc3339
from vidra.kube.client import JSON, MERGE_PATCH, Client, encode
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.watch import lines

Json = dict[str, Any]
Act = Callable[[Client, Json], Awaitable[None]]

NAME: Final = "node-1"
HEARTBEAT: Final = 10.0
"""Seconds between two signs of life; without one for 50 s a node counts as lost, and its Pods are deleted."""

_NODE: Final = f"/api/v1/nodes/{NAME}"
_PODS: Final = "/api/v1/pods"
_LEASES: Final = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases"
_MACHINES: Final = "/apis/kubevirt.io/v1/virtualmachines"
_SILENCE: Final = 3600.0
_AGAIN: Final = 0.2
"""Seconds until what is not served yet, or broke off, is watched again."""


async def run_node(client: Client) -> None:
    """Be that node until cancelled."""
    await _ignoring_conflicts(client, "POST", "/api/v1/nodes", {"metadata": {"name": NAME}})
    async with asyncio.TaskGroup() as group:
        group.create_task(_lives(client))
        group.create_task(_follow(client, _PODS, {"fieldSelector": "spec.nodeName="}, _schedule))
        group.create_task(_follow(client, _PODS, {"fieldSelector": f"spec.nodeName={NAME}"}, _run))
        group.create_task(_follow(client, _MACHINES, {}, _boot))


async def _lives(client: Client) -> NoReturn:
    """Say now and then that the node lives."""
    while True:
        now = datetime.now(UTC)
        await _ignoring_conflicts(client, "PATCH", f"{_NODE}/status", {"status": _node_status(rfc3339(now))})
        lease = {"metadata": {"name": NAME}, "spec": {"holderIdentity": NAME, "renewTime": micro_time(now)}}
        await _ignoring_conflicts(client, "POST", _LEASES, lease)
        await _ignoring_conflicts(client, "PATCH", f"{_LEASES}/{NAME}", {"spec": lease["spec"]})
        await asyncio.sleep(HEARTBEAT)


async def _follow(client: Client, path: str, query: Mapping[str, str], act: Act) -> NoReturn:
    """Do something about each object that is there and after each of its changes."""
    while True:
        with suppress(KubeError):
            async with client.stream(path, query={**query, "watch": "true"}, accept=JSON, silence=_SILENCE) as content:
                async for line in lines(content):
                    event = msgspec.json.decode(line)
                    if event["type"] in {"ADDED", "MODIFIED"}:
                        await act(client, event["object"])
        await asyncio.sleep(_AGAIN)


async def _schedule(client: Client, pod: Json) -> None:
    await bind(client, pod["metadata"], NAME)


async def _run(client: Client, pod: Json) -> None:
    metadata = pod["metadata"]
    path = f"/api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
    if "deletionTimestamp" in metadata:
        await _ignoring_conflicts(client, "DELETE", path, {"gracePeriodSeconds": 0})
    elif pod.get("status", {}).get("phase") != "Running":
        await _ignoring_conflicts(client, "PATCH", f"{path}/status", {"status": _pod_status(pod)})


async def _boot(client: Client, machine: Json) -> None:
    metadata = machine["metadata"]
    if "deletionTimestamp" in metadata or machine.get("status", {}).get("printableStatus") == "Running":
        return
    status = {"printableStatus": "Running", "ready": True, "conditions": [{"type": "Ready", "status": "True"}]}
    path = f"/apis/kubevirt.io/v1/namespaces/{metadata['namespace']}/virtualmachines/{metadata['name']}/status"
    await _ignoring_conflicts(client, "PATCH", path, {"status": status})


def _node_status(now: str) -> Json:
    ready = {"type": "Ready", "status": "True", "reason": "KubeletReady", "lastHeartbeatTime": now}
    room = {"cpu": "8", "memory": "32Gi", "pods": "110"}
    return {"conditions": [ready], "capacity": room, "allocatable": room}


def _pod_status(pod: Json) -> Json:
    now = rfc3339(datetime.now(UTC))
    states = ("PodScheduled", "Initialized", "ContainersReady", "Ready")
    return {
        "phase": "Running",
        "startTime": now,
        "conditions": [{"type": state, "status": "True", "lastTransitionTime": now} for state in states],
        "containerStatuses": [
            {
                "name": each["name"],
                "image": each["image"],
                "imageID": "",
                "ready": True,
                "started": True,
                "restartCount": 0,
                "state": {"running": {"startedAt": now}},
            }
            for each in pod["spec"]["containers"]
        ],
    }


async def _ignoring_conflicts(client: Client, method: str, path: str, body: Json) -> None:
    """Send something that somebody else, or an earlier try, may have done or deleted already."""
    content_type = MERGE_PATCH if method == "PATCH" else JSON
    with suppress(ApiError):
        await client.send(method, path, body=encode(body), content_type=content_type)
