"""Build a program from the Go modules pinned beside this file."""

import os
import subprocess
from pathlib import Path
from typing import Final

import msgspec

from vidra.testing.binaries.errors import BinariesError
from vidra.testing.binaries.go import go
from vidra.testing.binaries.progress import heartbeat
from vidra.testing.binaries.versions import ETCD_MODULE, KUBERNETES_MODULE, Versions

_TAIL: Final = 12


class _Recipe(msgspec.Struct, frozen=True):
    module: Path
    package: str
    usually: str
    ldflags: str = "-s -w"


def build(program: str, versions: Versions, to: Path) -> None:
    """Build the program into the path; the first one of Kubernetes takes longest, the others reuse most of it.

    Raises:
        BinariesError: It does not build here.
    """
    recipe = _recipe(program, versions)
    command = [str(go(versions)), "build", "-trimpath", "-buildvcs=false", "-ldflags", recipe.ldflags, "-o", str(to)]
    with heartbeat(f"building {program} {_version(program, versions)}", usually=recipe.usually):
        built = subprocess.run(  # noqa: S603 — the command is made here
            [*command, recipe.package],
            cwd=recipe.module,
            env=os.environ | _environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if built.returncode:
            raise BinariesError(_advice(program, built.stdout))


def _recipe(program: str, versions: Versions) -> _Recipe:
    if program == "etcd":
        return _Recipe(ETCD_MODULE, "go.etcd.io/etcd/server/v3", "1 to 2 minutes on two cores")
    usually = "4 to 8 minutes on two cores" if program == "kube-apiserver" else "1 to 3 minutes on two cores"
    stamp = f"-s -w {_stamp(versions.kubernetes)}"
    return _Recipe(KUBERNETES_MODULE, f"k8s.io/kubernetes/cmd/{program}", usually, stamp)


def _stamp(version: str) -> str:
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
    return " ".join(f"-X {package}.{name}={value}" for package in packages for name, value in values.items())


def _version(program: str, versions: Versions) -> str:
    return versions.etcd if program == "etcd" else versions.kubernetes


def _environment() -> dict[str, str]:
    return {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOFLAGS": "-mod=readonly", "GOWORK": "off"}


def _advice(program: str, output: str) -> str:
    tail = "\n".join(output.splitlines()[-_TAIL:])
    return (
        f"{program} could not be built: look at Go's last lines below, check that your Go module proxy answers and "
        "that the disk has 5 GB left, or put the four programs into a folder and name it in KUBEBUILDER_ASSETS.\n"
        f"{tail}"
    )
