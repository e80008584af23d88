"""A real `vidra operator` process, and what it costs."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp

from testkit.controlplane import ControlPlane

TICKS = os.sysconf("SC_CLK_TCK")


class Process:
    """A running operator."""

    def __init__(self, pid: int) -> None:
        self.pid = pid

    def cpu(self) -> float:
        """CPU seconds so far, user and system."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak_rss(self) -> float:
        """MB at the most so far."""
        return self._status("VmHWM")

    def rss(self) -> float:
        """MB now."""
        return self._status("VmRSS")

    def _status(self, key: str) -> float:
        lines = Path(f"/proc/{self.pid}/status").read_text().splitlines()
        return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))


@asynccontextmanager
async def operator(plane: ControlPlane, *flags: str, port: int = 18_081) -> AsyncIterator[Process]:
    """Run an operator until the context ends; it is ready when the context begins."""
    environment = {**os.environ, "KUBECONFIG": str(plane.kubeconfig)}
    with (plane.folder / f"operator-{port}.log").open("w") as log:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "vidra",
            "operator",
            "--metrics-bind-address=0",
            f"--health-probe-bind-address=127.0.0.1:{port}",
            *flags,
            env=environment,
            stderr=log,
        )
    try:
        async with asyncio.timeout(30), aiohttp.ClientSession() as session:
            while not await _ready(session, port):
                await asyncio.sleep(0.02)
        yield Process(process.pid)
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


async def _ready(session: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientError:
        return False
