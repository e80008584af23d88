"""One control plane: its parts started in order, and their end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

from testkit.controlplane.admin import Answer
from testkit.controlplane.apiserver import ApiServer
from testkit.controlplane.audit import AuditLog
from testkit.controlplane.etcd import Etcd
from testkit.controlplane.folder import Folder
from testkit.controlplane.front_proxy import FrontProxy
from testkit.controlplane.kubectl import Finished, kubectl
from testkit.controlplane.manager import ControllerManager
from testkit.controlplane.ports import Port
from toolchain.find import find

LARGEST = 1_572_864
"""What etcd takes unless it is told otherwise, and nearly all clusters are not."""


class ControlPlane:
    """etcd, kube-apiserver and, unless `controllers` is false, kube-controller-manager on loopback ports of their own.

    Everything lies in a temporary folder that goes with the control plane. Any number can run at once.

    Attributes (from `start` on):
        server: The address of the API server.
        ca: The authority (PEM) that vouches for that address.
        token: The bearer token of an administrator.
        kubeconfig: The same three as a kubeconfig file.
        audit: What the API server was asked.
        folder: Where the logs lie.
        etcd: The address of etcd, for an API server beside this one.

    Args:
        controllers: Whether kube-controller-manager runs.
        front_proxy: How the API server proves to those that it aggregates that it is the one; without, it cannot.
        largest: Bytes of the largest object that etcd takes; as it is elsewhere unless set.
    """

    server: str
    ca: bytes
    token: str
    kubeconfig: Path
    audit: AuditLog
    folder: Path
    etcd: str

    def __init__(
        self, *, controllers: bool = True, front_proxy: FrontProxy | None = None, largest: int = LARGEST
    ) -> None:
        self._controllers = controllers
        self._largest = largest
        self._front_proxy = front_proxy
        self._running = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Start every part and wait until the API is ready and has its default namespace.

        Raises:
            BinariesError: The programs cannot be had.
            ControlPlaneError: A part did not start.
        """
        async with AsyncExitStack() as stack:
            self._binaries = await asyncio.to_thread(find)
            folder = Folder(Path(stack.enter_context(TemporaryDirectory(prefix="vidra-", ignore_cleanup_errors=True))))
            await self._start_parts(stack, folder)
            self._running = stack.pop_all()

    async def stop(self) -> None:
        """End every part and remove the folder; a second time does nothing."""
        await self._running.aclose()

    async def start_apiserver(self) -> None:
        """Start kube-apiserver again after `stop_apiserver`: same address, same data, same credentials."""
        await self._apiserver.start()

    async def stop_apiserver(self) -> None:
        """Take kube-apiserver away: connections are refused until `start_apiserver`."""
        await self._apiserver.stop()

    async def back_up(self) -> None:
        """Copy all that is stored; the API server is away meanwhile."""
        async with self._etcd_stopped() as etcd:
            etcd.back_up()

    async def restore(self) -> None:
        """Go back to the moment of `back_up`: same address, same identity, older objects and lower versions."""
        async with self._etcd_stopped() as etcd:
            etcd.restore()

    @asynccontextmanager
    async def _etcd_stopped(self) -> AsyncIterator[Etcd]:
        await self._apiserver.stop()
        await self._etcd.stop()
        yield self._etcd
        await self._etcd.start()
        await self._apiserver.start()

    def apiserver_halted(self) -> AbstractContextManager[None]:
        """Have kube-apiserver stand still for as long as this lasts: connections open, and nothing is answered."""
        return self._apiserver.halted()

    async def kubectl(self, *args: str, stdin: str | None = None, check: bool = True) -> Finished:
        """Run kubectl as the administrator.

        Raises:
            KubectlError: It failed, and `check` was asked for.
        """
        return await kubectl(self._binaries / "kubectl", self.kubeconfig, *args, stdin=stdin, check=check)

    async def request(
        self, method: str, path: str, body: object = None, *, content_type: str = "application/json"
    ) -> Answer:
        """Ask the API server as the administrator; no status raises."""
        return await self._apiserver.admin.request(method, path, body, content_type=content_type)

    async def _start_parts(self, stack: AsyncExitStack, folder: Folder) -> None:
        client, peer, api = (stack.enter_context(Port()).number for _ in range(3))
        self._etcd = etcd = Etcd(self._binaries, folder, client=client, peer=peer, largest=self._largest)
        stack.push_async_callback(etcd.stop)
        await etcd.start()
        self.etcd = etcd.url
        apiserver = ApiServer(
            self._binaries,
            folder,
            port=api,
            etcd=etcd.url,
            service_accounts=self._controllers,
            front_proxy=self._front_proxy,
        )
        stack.push_async_callback(apiserver.stop)
        stack.push_async_callback(apiserver.close)
        await apiserver.start()
        self._publish(apiserver, folder)
        if self._controllers:
            manager = ControllerManager(self._binaries, folder, apiserver.admin)
            stack.push_async_callback(manager.stop)
            await manager.start()

    def _publish(self, apiserver: ApiServer, folder: Folder) -> None:
        self._apiserver = apiserver
        self.server, self.ca, self.token = apiserver.server, apiserver.ca, apiserver.token
        self.kubeconfig, self.folder = folder.kubeconfig, folder.root
        self.audit = AuditLog(folder.audit_log)
