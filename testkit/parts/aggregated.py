"""An API that another server serves under the control plane's address, and that can go away and come back."""

from __future__ import annotations

import asyncio
import base64
import itertools
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from testkit.controlplane import ControlPlane
from testkit.controlplane.ports import Port
from testkit.controlplane.program import Program
from testkit.controlplane.ready import until
from testkit.environment import connection_to
from testkit.eventually import eventually
from testkit.parts.certificates import serving
from testkit.parts.ports import listens
from testkit.parts.running import Running
from toolchain.tools import find_tool
from vidra.kube.client import Client
from vidra.kube.discovery import Discovery, StaleDiscoveryError

Json = dict[str, Any]

API_VERSION: Final = "wardle.example.com/v1alpha1"
_API: Final = "v1alpha1.wardle.example.com"
_SERVICE: Final = {"name": "wardle", "namespace": "kube-system"}
_HOST: Final = f"{_SERVICE['name']}.{_SERVICE['namespace']}.svc"
_APIS: Final = "/apis/apiregistration.k8s.io/v1/apiservices"
_SERVICES: Final = f"/api/v1/namespaces/{_SERVICE['namespace']}/services"

_NOTICE: Final = 60.0

_numbers = itertools.count(1)


class AggregatedApi(Running):
    """Kubernetes' sample API server behind a control plane that has a front proxy; its objects lie in the same etcd.

    It serves the kinds Flunder (in namespaces) and Fischer (in none).
    """

    def __init__(self, plane: ControlPlane) -> None:
        super().__init__()
        self._plane = plane

    async def _start(self, stack: AsyncExitStack) -> None:
        self._port = stack.enter_context(Port()).number
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="wardle-", dir=self._plane.folder)))
        client = Client(connection_to(self._plane))
        stack.push_async_callback(client.close)
        self._discovery = Discovery(client)
        self._authority = serving(folder / "certificates", _HOST)
        binary = await asyncio.to_thread(find_tool, "sample-apiserver")
        self._program = Program(binary, self._flags(folder / "certificates"), folder)
        stack.push_async_callback(self._program.stop)
        await self._program.start()
        stack.push_async_callback(self._deregister)
        await self._register()
        await until(self._available, self._program)

    @property
    def running(self) -> bool:
        """Whether the program runs."""
        return self._program.running

    async def go_away(self) -> None:
        """End the program, and wait until the control plane has noticed."""
        await self._program.stop()
        await self._nudge()
        await eventually(self._unavailable, _NOTICE)

    async def come_back(self) -> None:
        """Start the program again, and wait until the control plane has noticed."""
        await self._program.start()
        await until(lambda: listens(self._port), self._program)
        await self._nudge()
        await until(self._available, self._program)

    async def _register(self) -> None:
        service = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": _SERVICE,
            # The one kind of Service that leads to loopback: a cluster IP would need a kube-proxy.
            "spec": {"type": "ExternalName", "externalName": "localhost"},
        }
        made = await self._plane.request("POST", _SERVICES, service)
        assert made.status == 201, made
        registered = await self._plane.request("POST", _APIS, _api_service(self._port, self._authority))
        assert registered.status == 201, registered

    async def _deregister(self) -> None:
        """Its kinds must not outlive it: no namespace could be deleted while they cannot be listed."""
        await self._plane.request("DELETE", f"{_APIS}/{_API}")
        await self._plane.request("DELETE", f"{_SERVICES}/{_SERVICE['name']}")

    async def _nudge(self) -> None:
        """Have the control plane look now instead of within half a minute: it does after each change."""
        now = {"metadata": {"annotations": {"looked-at": str(next(_numbers))}}}
        path = f"{_APIS}/{_API}"
        await self._plane.request("PATCH", path, now, content_type="application/merge-patch+json")

    async def _available(self) -> bool:
        self._discovery.forget()
        try:
            return await self._said() == "True" and await self._discovery.find(API_VERSION, "Flunder") is not None
        except StaleDiscoveryError:
            return False

    async def _unavailable(self) -> bool:
        return await self._said() == "False"

    async def _said(self) -> str:
        service = (await self._plane.request("GET", f"{_APIS}/{_API}")).body
        conditions = service.get("status", {}).get("conditions", [])
        return next((str(entry["status"]) for entry in conditions if entry["type"] == "Available"), "")

    def _flags(self, folder: Path) -> list[str]:
        kubeconfig = self._plane.kubeconfig
        return [
            f"--etcd-servers={self._plane.etcd}",
            "--bind-address=127.0.0.1",
            f"--secure-port={self._port}",
            "--permit-port-sharing",
            f"--tls-cert-file={folder / 'tls.crt'}",
            f"--tls-private-key-file={folder / 'tls.key'}",
            f"--kubeconfig={kubeconfig}",
            f"--authentication-kubeconfig={kubeconfig}",
            f"--authorization-kubeconfig={kubeconfig}",
        ]


def _api_service(port: int, authority: bytes) -> Json:
    group, version = API_VERSION.split("/")
    return {
        "apiVersion": "apiregistration.k8s.io/v1",
        "kind": "APIService",
        "metadata": {"name": _API},
        "spec": {
            "group": group,
            "version": version,
            "groupPriorityMinimum": 1000,
            "versionPriority": 15,
            "caBundle": base64.b64encode(authority).decode(),
            "service": {**_SERVICE, "port": port},
        },
    }
