"""The controllers that a cluster runs by default."""

from pathlib import Path

from testkit.controlplane.admin import Admin
from testkit.controlplane.folder import Folder
from testkit.controlplane.program import Program
from testkit.controlplane.ready import until


class ControllerManager:
    """kube-controller-manager with all its default controllers, without a port, an election or a brake on requests."""

    def __init__(self, binaries: Path, folder: Folder, admin: Admin) -> None:
        self._admin = admin
        self._program = Program(binaries / "kube-controller-manager", _flags(folder), folder.root)

    async def start(self) -> None:
        """Start it and wait until it made the first service account, without which no pod can be."""
        await self._program.start()
        await until(self._works, self._program)

    async def stop(self) -> None:
        """End it at once."""
        await self._program.stop()

    async def _works(self) -> bool:
        account = await self._admin.request("GET", "/api/v1/namespaces/default/serviceaccounts/default")
        return account.status == 200


def _flags(folder: Folder) -> list[str]:
    return [
        f"--kubeconfig={folder.kubeconfig}",
        f"--service-account-private-key-file={folder.key}",
        f"--root-ca-file={folder.certificates / 'apiserver.crt'}",
        "--leader-elect=false",
        "--secure-port=0",
        "--kube-api-qps=500",
        "--kube-api-burst=1000",
    ]
