"""A registry on loopback that charts and images are pushed to; it keeps them in memory."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path

from testkit.controlplane.ports import free_port
from testkit.controlplane.program import Program
from testkit.controlplane.ready import until
from testkit.parts.ports import listens
from testkit.parts.running import Running
from toolchain.tools import find_tool


class Registry(Running):
    """From `async with` to its end, what was pushed can be pulled: without log-in, by plain HTTP.

    Attributes:
        address: Host and port.

    Args:
        folder: Where its log goes.
    """

    address: str

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder

    async def _start(self, stack: AsyncExitStack) -> None:
        port = free_port()
        self.address = f"localhost:{port}"
        program = Program(await asyncio.to_thread(find_tool, "registry"), (f"-port={port}",), self._folder)
        stack.push_async_callback(program.stop)
        await program.start()
        await until(lambda: listens(port), program)
