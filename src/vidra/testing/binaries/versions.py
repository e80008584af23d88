"""Which programs a control plane consists of, and the versions that the pinned Go modules name."""

import platform
import re
from pathlib import Path
from typing import Final

import msgspec

from vidra.testing.binaries.errors import BinariesError

PROGRAMS: Final = ("etcd", "kube-apiserver", "kube-controller-manager", "kubectl")

KUBERNETES_MODULE: Final = Path(__file__).parent / "kubernetes"
ETCD_MODULE: Final = Path(__file__).parent / "etcd"

_ARCHITECTURES: Final = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


class Versions(msgspec.Struct, frozen=True):
    """What to fetch, for which machine; Kubernetes and etcd with their leading ``v``."""

    kubernetes: str
    etcd: str
    go: str
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
    if platform.system() != "Linux" or platform.machine().lower() not in _ARCHITECTURES:
        raise BinariesError(
            f"A control plane runs on Linux on amd64 or arm64, and this is {platform.system()} on "
            f"{platform.machine()}: use such a machine, a virtual one will do."
        )
    kubernetes = (KUBERNETES_MODULE / "go.mod").read_text()
    etcd = (ETCD_MODULE / "go.mod").read_text()
    return Versions(
        kubernetes=_required(kubernetes, "k8s.io/kubernetes"),
        etcd=_required(etcd, "go.etcd.io/etcd/server/v3"),
        go=max(_go(kubernetes), _go(etcd), key=go_order),
        arch=_ARCHITECTURES[platform.machine().lower()],
    )


def go_order(version: str) -> tuple[int, ...]:
    """Make Go's versions comparable: ``1.26.0`` → ``(1, 26, 0)``."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:3])


def _required(go_mod: str, module: str) -> str:
    return _first(rf"^\s*(?:require\s+)?{re.escape(module)} (v\S+)", go_mod)


def _go(go_mod: str) -> str:
    return _first(r"^go (\S+)", go_mod)


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.MULTILINE)
    assert found, f"no line of go.mod matches {pattern}"
    return found.group(1)
