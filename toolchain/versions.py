"""Which programs a control plane consists of, and the versions that the pinned Go modules name."""

import os
import re
from typing import Final

import msgspec

from toolchain.errors import BinariesError
from toolchain.modules import architecture, required

CHOSEN: Final = "VIDRA_KUBERNETES"
"""Names another Kubernetes to run the tests against, of those that are released."""
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


def pinned() -> str:
    """Return the Kubernetes that is pinned, the one that can be built."""
    return required("kubernetes", "k8s.io/kubernetes")


def wanted() -> Versions:
    """Read what to fetch from the two ``go.mod`` files, or the Kubernetes that `CHOSEN` names instead.

    Raises:
        BinariesError: This machine is not one that a control plane runs on, or what is named is no version.
    """
    chosen = os.environ.get(CHOSEN, "")
    if chosen and not re.fullmatch(r"v1\.\d+\.\d+", chosen):
        raise BinariesError(f"{CHOSEN} is {chosen!r}, which is no version: write it as v1.34.4.")
    return Versions(
        kubernetes=chosen or pinned(),
        etcd=required("etcd", "go.etcd.io/etcd/server/v3"),
        arch=architecture(),
    )
