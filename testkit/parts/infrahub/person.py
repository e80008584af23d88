"""A person at work in a real Infrahub: a process with Infrahub's SDK, because Vidra's own Python is kept free of it."""

from __future__ import annotations

import asyncio
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import msgspec

from testkit.parts.infrahub.server import RealInfrahub
from testkit.parts.running import Running

MAIN: Final = "main"
_ACTING: Final = Path(__file__).with_name("acting.py")
_LAUNCH: Final = Path(__file__).parents[2] / "controlplane" / "launch.py"
_PATIENCE: Final = 300.0
"""Seconds that Infrahub may take for one deed on a busy machine."""


class Refused(Exception):  # noqa: N818 - what it says
    """Infrahub did not do it; the message is what it said."""


class Person(Running):
    """Does things one after the other, as somebody at Infrahub's pages would.

    Args:
        infrahub: Where; the person is its administrator.
    """

    def __init__(self, infrahub: RealInfrahub) -> None:
        super().__init__()
        self._infrahub = infrahub
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process

    async def add_repository(self, name: str, location: str, *definitions: str) -> None:
        """Add a repository that is only read, and wait until Infrahub has these artifact definitions of it."""
        await self._do("add_repository", name=name, location=location, definitions=definitions)

    async def add(self, kind: str, group: str, *, branch: str = MAIN, **data: Any) -> str:
        """Create something as a member of a group; gives its id. Its artifact comes in its own time."""
        return str(await self._do("add", kind=kind, group=group, data=data, branch=branch))

    async def edit(self, kind: str, name: str, *, branch: str = MAIN, **data: Any) -> None:
        """Change attributes of what has this name; no artifact follows by itself."""
        await self._do("edit", kind=kind, name=name, data=data, branch=branch)

    async def store_query(self, name: str, query: str) -> None:
        """Store a GraphQL query under a name."""
        await self._do("store_query", name=name, query=query)

    async def create_branch(self, branch: str) -> None:
        """Fork main."""
        await self._do("create_branch", branch=branch)

    async def merge(self, branch: str) -> None:
        """Bring a branch into main; artifacts follow."""
        await self._do("merge", branch=branch)

    async def generate(self, definition: str, *, branch: str = MAIN) -> None:
        """Ask for the artifacts of a definition anew; they follow."""
        await self._do("generate", definition=definition, branch=branch)

    async def artifacts(self, name: str, *, branch: str = MAIN) -> list[dict[str, Any]]:
        """The artifacts of a name: id, name, status and checksum of each, and what it is about."""
        return [entry for entry in await self._do("artifacts", branch=branch) if entry["name"] == name]

    async def id_of(self, kind: str, name: str) -> str:
        """The id of what has this name."""
        return str(await self._do("id_of", kind=kind, name=name))

    async def delete(self, kind: str, id_: str, *, branch: str = MAIN) -> None:
        """Delete something."""
        await self._do("delete", kind=kind, id=id_, branch=branch)

    async def _start(self, stack: AsyncExitStack) -> None:
        place = self._infrahub.place
        log = stack.enter_context((place.folder / "person.log").open("ab"))
        self._process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid())),
            *(str(self._infrahub.python), str(_ACTING)),
            env={
                **os.environ,
                **self._infrahub.environment,
                "INFRAHUB_API_TOKEN": place.admin_token,
                "INFRAHUB_PATIENCE": str(_PATIENCE),
                "INFRAHUB_TIMEOUT": str(round(_PATIENCE)),
            },
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=log,
        )
        stack.push_async_callback(self._end)

    async def _end(self) -> None:
        if self._process.returncode is None:
            self._process.kill()
        await self._process.communicate()

    async def _do(self, deed: str, **how: Any) -> Any:
        """Have it done.

        Raises:
            Refused: Infrahub does not.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        async with self._turn, asyncio.timeout(_PATIENCE + 30):
            self._process.stdin.write(msgspec.json.encode({"deed": deed, "with": how}) + b"\n")
            await self._process.stdin.drain()
            line = await self._process.stdout.readline()
        if not line:
            raise Refused(f"{deed}: the process of the person ended; see {self._infrahub.place.folder / 'person.log'}")
        answer = msgspec.json.decode(line)
        if "error" in answer:
            raise Refused(f"{deed}: {answer['error']}")
        return answer["answer"]
