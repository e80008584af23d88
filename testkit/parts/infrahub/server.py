"""A whole Infrahub from `async with` to its end, and its server down and up again as a test wants it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp

from testkit.controlplane.program import Program
from testkit.controlplane.ready import until
from testkit.parts.infrahub import programs
from testkit.parts.infrahub.place import Place
from testkit.parts.infrahub.settings import settings
from testkit.parts.ports import listens
from testkit.parts.running import Running
from toolchain.infrahub import got
from toolchain.progress import heartbeat

_FIRST_START: Final = 600.0
"""Seconds: the first start writes Infrahub's own schema, and slow machines are busy with it for minutes."""
_INITIALISED: Final = "Worker initialization completed"


class RealInfrahub(Running):
    """An Infrahub of its own: nobody else's data, free ports, a temporary folder.

    Attributes:
        place: Where it lies and listens, and its secrets.
        python: The Python that has Infrahub's SDK.
        release: Which Infrahub it is: 1.4 or 1.11.

    Args:
        settings: Environment variables of Infrahub, on top of those it needs.
    """

    place: Place
    python: Path
    release: str

    def __init__(self, **settings: str) -> None:
        super().__init__()
        self._more = settings

    @property
    def url(self) -> str:
        """Its address, the same after a stop and a start."""
        return self.place.url

    async def _start(self, stack: AsyncExitStack) -> None:
        parts = await got()
        self.python, self.release = parts.python, parts.release
        self.place = Place.new(Path(stack.enter_context(TemporaryDirectory(prefix="infrahub-"))))
        self.environment: Mapping[str, str] = settings(self.place, self.python, self._more)
        with heartbeat("starting Infrahub", usually="2 minutes on two cores"):
            await self._foundations(stack, programs.neo4j(self.place, parts))
            tasks = programs.tasks(self.place, parts, self.environment)
            await _started(stack, tasks)
            await until(lambda: _answers(f"{self.place.tasks_url}/health"), tasks, seconds=_FIRST_START)
            self._server = programs.server(self.place, parts, self.environment)
            stack.push_async_callback(self._server.stop)
            await self.start()
            worker = programs.worker(self.place, parts, self.environment)
            await _started(stack, worker)
            await until(lambda: _said(worker, _INITIALISED), worker, seconds=_FIRST_START)

    async def start(self) -> None:
        """Start the server (again); everything that it knew is known."""
        await self._server.start()
        await until(lambda: _answers(f"{self.url}/api/config"), self._server, seconds=_FIRST_START)

    async def stop(self) -> None:
        """End the server: connections are refused. What it stands on goes on."""
        await self._server.stop()

    async def _foundations(self, stack: AsyncExitStack, neo4j: Program) -> None:
        ports = self.place.ports
        redis, epmd = programs.redis(self.place), programs.epmd(self.place)
        await asyncio.gather(*(_started(stack, program) for program in (neo4j, redis, epmd)))
        await until(lambda: listens(ports.epmd), epmd)
        rabbitmq = programs.rabbitmq(self.place)
        await _started(stack, rabbitmq)
        for port, program in ((ports.redis, redis), (ports.amqp, rabbitmq), (ports.bolt, neo4j)):
            await until(lambda port=port: listens(port), program, seconds=_FIRST_START)  # type: ignore[misc]


async def _started(stack: AsyncExitStack, program: Program) -> None:
    stack.push_async_callback(program.stop)
    await program.start()


async def _answers(url: str) -> bool:
    async with aiohttp.ClientSession() as http, http.get(url) as response:
        return response.status == 200


async def _said(program: Program, words: str) -> bool:
    return words in program.log()
