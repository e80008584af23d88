"""What runs in the demo: a control plane, an Infrahub, and the operator as a process of its own."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import NoReturn

import aiohttp
import msgspec

from demo.node import run_node
from demo.place import OPERATOR, Place
from demo.view import View
from testkit.controlplane import ControlPlane, ControlPlaneError
from testkit.controlplane.ports import free_port
from testkit.controlplane.program import Program
from testkit.controlplane.ready import until
from testkit.environment import Scene, connection_to
from testkit.infrahub import StandIn
from toolchain.find import find
from vidra.kube.client import Client
from vidra.manager.options import DEFAULT_NAMESPACE
from vidra.ui.page import PageError
from vidra.ui.serve import local_page


class Clock:
    """Time since it was made, for a person."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __str__(self) -> str:
        seconds = time.monotonic() - self._began
        return f"{seconds * 1000:.0f} ms" if seconds < 1 else f"{seconds:.1f} s"


class OperatorProgram(Program):
    """`vidra operator`, which does not outlive the demo."""

    async def ended(self) -> NoReturn:
        """Wait until it ends on its own, which it must not.

        Raises:
            ControlPlaneError: It did.
        """
        assert self._process is not None
        await self._process.wait()
        raise ControlPlaneError("Vidra's operator ended on its own.")


class Stage(msgspec.Struct, frozen=True):
    """Everything that runs."""

    scene: Scene
    operator: OperatorProgram
    metrics: str
    page: str
    """Address that opens the web page once, or why there is none."""


@asynccontextmanager
async def stage(place: Place, view: View) -> AsyncIterator[Stage]:
    """Start everything, in order; end it in the reverse one."""
    async with AsyncExitStack() as stack:
        scene = await _cluster(stack, view)
        metrics, probes = free_port(), free_port()
        command = [sys.executable, "-P", "-m", "vidra", "operator", "--namespace", DEFAULT_NAMESPACE]
        command += [f"--metrics-bind-address=127.0.0.1:{metrics}", f"--health-probe-bind-address=127.0.0.1:{probes}"]
        command += ["--source-host=127.0.0.1"]
        place.fill(kubeconfig=scene.plane.kubeconfig, kubectl=find() / "kubectl", operator=command)
        operator = OperatorProgram(place.folder / OPERATOR, (), place.folder)
        stack.push_async_callback(operator.stop)
        clock = Clock()
        await operator.start()
        await _readiness(operator, f"http://127.0.0.1:{probes}/readyz")
        view.say(f"Vidra's operator is ready after {clock}, as a process of its own.")
        yield Stage(scene, operator, f"http://127.0.0.1:{metrics}/metrics", await _page(stack, scene))


async def _page(stack: AsyncExitStack, scene: Scene) -> str:
    """Serve the web page as `vidra ui` does; the demo goes on without it."""
    try:
        page = await stack.enter_async_context(local_page(connection_to(scene.plane), (DEFAULT_NAMESPACE,)))
    except PageError as error:
        return f"none: {error}"
    return page.address()


async def _cluster(stack: AsyncExitStack, view: View) -> Scene:
    """A Kubernetes and an Infrahub that know what Vidra needs: its definitions, and credentials."""
    view.say("Starting etcd, kube-apiserver and kube-controller-manager; that takes some seconds.")
    clock = Clock()
    plane = await stack.enter_async_context(ControlPlane())
    client = Client(connection_to(plane))
    stack.push_async_callback(client.close)
    infrahub = await stack.enter_async_context(StandIn())
    scene = Scene(plane, client, infrahub, DEFAULT_NAMESPACE)
    await scene.define()
    await scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": DEFAULT_NAMESPACE}})
    await scene.credentials()
    node = asyncio.create_task(run_node(client), name="node")
    stack.push_async_callback(_end, node)
    version = await client.get("/version", dict[str, str])
    view.say(f"Kubernetes {version['gitVersion']} serves InfrahubSync, VidraSync and VidraResource after {clock}.")
    return scene


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _readiness(operator: OperatorProgram, url: str) -> None:
    async with aiohttp.ClientSession() as http:

        async def ready() -> bool:
            async with http.get(url) as answer:
                return answer.status == 200

        await until(ready, operator)
