"""The API server, and its administrator."""

import secrets
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final

from testkit.controlplane.admin import Admin
from testkit.controlplane.folder import Folder
from testkit.controlplane.front_proxy import FrontProxy
from testkit.controlplane.kubeconfig import kubeconfig
from testkit.controlplane.program import Program
from testkit.controlplane.ready import until

_MEMORY: Final = {"GOGC": "400", "GOMEMLIMIT": "600MiB"}
"""Collect garbage less often, unless it becomes too much: a sixth of its CPU was that."""


class ApiServer:
    """kube-apiserver with a certificate of its own making, one administrator known by token, RBAC and an audit log."""

    def __init__(
        self,
        binaries: Path,
        folder: Folder,
        *,
        port: int,
        etcd: str,
        service_accounts: bool,
        front_proxy: FrontProxy | None,
    ) -> None:
        self.server = f"https://127.0.0.1:{port}"
        self.token = secrets.token_urlsafe(24)
        self.ca = b""
        self._folder = folder
        folder.prepare(token=self.token)
        flags = _flags(folder, port=port, etcd=etcd, service_accounts=service_accounts)
        if front_proxy:
            flags += front_proxy.flags(folder.front_proxy)
        self._program = Program(binaries / "kube-apiserver", flags, folder.root, _MEMORY)
        self._admin: Admin | None = None

    @property
    def admin(self) -> Admin:
        """The administrator, who is there from the first start on."""
        assert self._admin is not None, "the control plane was not started"
        return self._admin

    async def start(self) -> None:
        """Start it and wait until it is ready; a second start has the address, data and credentials of the first."""
        await self._program.start()
        if self._admin is None:
            await until(self._has_certificate, self._program)
            self._admin = self._appoint()
        await until(self._serves, self._program)

    async def stop(self) -> None:
        """Take it away at once: connections are refused from now on."""
        await self._program.stop()

    def halted(self) -> AbstractContextManager[None]:
        """Have it stand still, as long as this lasts."""
        return self._program.halted()

    async def close(self) -> None:
        """Let go of the administrator's connections."""
        if self._admin is not None:
            await self._admin.close()

    def _appoint(self) -> Admin:
        self.ca = self._folder.ca()
        self._folder.kubeconfig.write_bytes(kubeconfig(server=self.server, ca=self.ca, token=self.token))
        return Admin(server=self.server, ca=self.ca, token=self.token)

    async def _has_certificate(self) -> bool:
        return self._folder.has_certificate()

    async def _serves(self) -> bool:
        ready = await self.admin.request("GET", "/readyz")
        default = await self.admin.request("GET", "/api/v1/namespaces/default")
        return ready.status == 200 and default.status == 200


def _flags(folder: Folder, *, port: int, etcd: str, service_accounts: bool) -> list[str]:
    flags = [
        f"--etcd-servers={etcd}",
        "--bind-address=127.0.0.1",
        "--advertise-address=127.0.0.1",
        f"--secure-port={port}",
        "--permit-port-sharing",
        f"--cert-dir={folder.certificates}",
        f"--token-auth-file={folder.tokens}",
        "--authorization-mode=RBAC",
        "--service-account-issuer=https://kubernetes.default.svc.cluster.local",
        f"--service-account-key-file={folder.key}",
        f"--service-account-signing-key-file={folder.key}",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--endpoint-reconciler-type=none",
        "--allow-privileged",
        f"--audit-policy-file={folder.audit_policy}",
        f"--audit-log-path={folder.audit_log}",
        "--audit-log-mode=blocking",
        "--audit-log-maxsize=4000",  # megabytes; a rotated log would lose marks
    ]
    # Without the controllers nobody makes the service account that every pod is checked for.
    return flags if service_accounts else [*flags, "--disable-admission-plugins=ServiceAccount"]
