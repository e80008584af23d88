"""Where the officially released programs lie."""

from typing import Final

import msgspec

from toolchain.versions import Versions

_KUBERNETES: Final = "https://dl.k8s.io/release"
_HELM: Final = "https://get.helm.sh"
_ETCD: Final = "https://github.com/etcd-io/etcd/releases/download"


class Release(msgspec.Struct, frozen=True):
    """A released file, where its SHA-256 stands, and the program's place in it when it is an archive."""

    url: str
    checksums: str
    member: str = ""


def release(program: str, versions: Versions) -> Release:
    """Return the release of a program."""
    if program == "etcd":
        name = f"etcd-{versions.etcd}-linux-{versions.arch}"
        folder = f"{_ETCD}/{versions.etcd}"
        return Release(f"{folder}/{name}.tar.gz", f"{folder}/SHA256SUMS", member=f"{name}/etcd")
    url = f"{_KUBERNETES}/{versions.kubernetes}/bin/linux/{versions.arch}/{program}"
    return Release(url, f"{url}.sha256")


def tool_release(name: str, version: str, arch: str) -> Release | None:
    """Return the release of a tool, if it is released with checksums."""
    if name != "helm":
        return None
    url = f"{_HELM}/helm-{version}-linux-{arch}.tar.gz"
    return Release(url, f"{url}.sha256sum", member=f"linux-{arch}/helm")
