"""Run the real helm against a control plane."""

import asyncio

from testkit.controlplane import ControlPlane, Finished
from testkit.controlplane.kubectl import kubectl
from toolchain.tools import find_tool


async def helm(plane: ControlPlane, *args: str, check: bool = True) -> Finished:
    """Run one helm command as the administrator; what it remembers lies in the control plane's folder.

    Raises:
        BinariesError: helm cannot be had.
        KubectlError: It failed, and `check` was asked for.
    """
    binary = await asyncio.to_thread(find_tool, "helm")
    return await kubectl(binary, plane.kubeconfig, *args, check=check)
