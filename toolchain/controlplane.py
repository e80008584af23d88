"""What the programs of a control plane are built from, where their releases cannot be had."""

from toolchain.build import Program
from toolchain.errors import BinariesError
from toolchain.versions import CHOSEN, Versions, pinned

_OTHERWISE = "put the four programs into a folder and name it in KUBEBUILDER_ASSETS"


def program(name: str, versions: Versions) -> Program:
    """Return a program; the first one of Kubernetes takes longest to build, the others reuse most of it.

    Raises:
        BinariesError: Another version is wanted than the pinned one, and no other can be built.
    """
    if name == "etcd":
        return Program(
            name=name,
            version=versions.etcd,
            module="etcd",
            package="go.etcd.io/etcd/server/v3",
            usually="1 to 2 minutes on two cores",
            otherwise=_OTHERWISE,
        )
    if versions.kubernetes != pinned():
        raise BinariesError(
            f"Kubernetes {versions.kubernetes}, which {CHOSEN} names, could not be downloaded, and only {pinned()} can "
            f"be built: {_OTHERWISE}."
        )
    return Program(
        name=name,
        version=versions.kubernetes,
        module="kubernetes",
        package=f"k8s.io/kubernetes/cmd/{name}",
        usually="4 to 8 minutes on two cores" if name == "kube-apiserver" else "1 to 3 minutes on two cores",
        stamp=kubernetes_stamp(versions.kubernetes),
        otherwise=_OTHERWISE,
    )


def kubernetes_stamp(version: str) -> dict[str, str]:
    """Kubernetes learns its version at link time; without one, kubectl refuses to compare itself with a server."""
    major, minor, _ = version.removeprefix("v").split(".", 2)
    values = {
        "gitVersion": version,
        "gitMajor": major,
        "gitMinor": minor,
        "gitTreeState": "clean",
        "gitCommit": "unknown",
        "buildDate": "1970-01-01T00:00:00Z",
    }
    packages = ("k8s.io/component-base/version", "k8s.io/client-go/pkg/version")
    return {f"{package}.{name}": value for package in packages for name, value in values.items()}
