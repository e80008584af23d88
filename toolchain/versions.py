"""Which programs a control plane consists of, and the versions that the pinned Go modules name."""

from typing import Final

import msgspec

from toolchain.modules import architecture, required

PROGRAMS: Final = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")


class Versions(msgspec.Struct, frozen=True):
    """What to fetch, for which machine; Kubernetes and etcd with their leading ``v``."""

    kubernetes: str
    etcd: str
    arch: str

    @property
    def folder(self) -> str:
        """Name of the folder in the cache that holds exactly these programs."""
        return f"{self.kubernetes}-{self.etcd}-linux-{self.arch}"


def wanted() -> Versions:
    """Read what to fetch from the two ``go.mod`` files.

    Raises:
        BinariesError: This machine is not one that a control plane runs on.
    """
    return Versions(
        kubernetes=required("kubernetes", "k8s.io/kubernetes"),
        etcd=required("etcd", "go.etcd.io/etcd/server/v3"),
        arch=architecture(),
    )
