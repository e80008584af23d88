"""Run the real kubectl, or another program that reads a kubeconfig as kubectl does."""

import asyncio
import os
from pathlib import Path

import msgspec

from testkit.controlplane.errors import KubectlError


class Finished(msgspec.Struct, frozen=True):
    """How a command ended and what it wrote."""

    returncode: int
    stdout: str
    stderr: str


async def kubectl(binary: Path, kubeconfig: Path, *args: str, stdin: str | None = None, check: bool = True) -> Finished:
    """Run one command to its end; its cache lies beside the kubeconfig.

    Raises:
        KubectlError: It failed, and `check` was asked for.
    """
    process = await asyncio.create_subprocess_exec(
        str(binary),
        *args,
        stdin=asyncio.subprocess.DEVNULL if stdin is None else asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "KUBECONFIG": str(kubeconfig), "HOME": str(kubeconfig.parent)},
    )
    try:
        out, err = await process.communicate(None if stdin is None else stdin.encode())
    finally:
        if process.returncode is None:
            process.kill()
    finished = Finished(process.returncode or 0, out.decode(), err.decode())
    if check and finished.returncode:
        raise KubectlError(f"{binary.name} {' '.join(args)}: {finished.stderr.strip()}")
    return finished
