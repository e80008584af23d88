"""``python -m testkit.controlplane``: a control plane on loopback until Ctrl-C, and how to reach it."""

import argparse
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from testkit.controlplane import ControlPlane
from testkit.run_until_interrupt import until_ctrl_c
from toolchain.find import find


@asynccontextmanager
async def standing() -> AsyncIterator[tuple[Iterable[str], str]]:
    """A control plane, and the settings with which kubectl finds it."""
    async with ControlPlane() as plane:
        yield (f"KUBECONFIG={plane.kubeconfig}", f"PATH={find()}:$PATH"), "The control plane runs until Ctrl-C."


def main() -> int:
    """Run it; the exit code."""
    argparse.ArgumentParser(
        prog="python -m testkit.controlplane",
        description="Runs etcd, kube-apiserver and kube-controller-manager, and prints how kubectl reaches them.",
    ).parse_args()
    return until_ctrl_c(standing())


if __name__ == "__main__":
    sys.exit(main())
