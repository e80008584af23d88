"""An Infrahub with the example repository in it, and what one does there with applications and machines."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from vidra.testing.parts.infrahub.person import MAIN, Person
from vidra.testing.parts.infrahub.server import RealInfrahub
from vidra.testing.parts.running import Running

APPLICATIONS: Final = "Web_Application"
MACHINES: Final = "Virtual_Machine"
"""Names of the artifacts."""
_DEFINITIONS: Final = {APPLICATIONS: "web_application", MACHINES: "virtual_machine"}
_AS_SOMEBODY: Final = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in {"NAME": "Somebody", "EMAIL": "somebody@example.com"}.items()
}
GENERATED: Final = 240.0
"""Seconds in which a generation is over, on a busy machine."""
_POLL: Final = 1.0
"""Seconds between two looks: whoever asks Infrahub more often takes from it the time to generate."""


class LoadedInfrahub(Running):
    """A real Infrahub that knows web applications and virtual machines.

    Attributes:
        infrahub: The server.
        person: Its administrator.

    Args:
        example: The folder to make a repository of.
        settings: Environment variables of Infrahub.
    """

    infrahub: RealInfrahub
    person: Person

    def __init__(self, example: Path, **settings: str) -> None:
        super().__init__()
        self._example = example
        self._settings = settings

    async def _start(self, stack: AsyncExitStack) -> None:
        self.infrahub = await stack.enter_async_context(RealInfrahub(**self._settings))
        self.person = await stack.enter_async_context(Person(self.infrahub))
        repository = self.infrahub.place.folder / "example"
        await committed(self._example, repository)
        await self.person.add_repository("example", str(repository), *_DEFINITIONS.values())

    async def application(self, name: str, *, branch: str = MAIN, **data: Any) -> str:
        """A web application with its artifact; gives the artifact's id."""
        before = await self._ids(APPLICATIONS, branch)
        told = {"image": "registry.example.com/web:1", **data}
        await self.person.add("WebApplication", "web_applications", name=name, branch=branch, **told)
        return await self._arrived(APPLICATIONS, before, branch)

    async def machine(self, name: str, *, branch: str = MAIN, generated: bool = True, **data: Any) -> str:
        """A virtual machine with its artifact, generated if it can be; gives the artifact's id."""
        before = await self._ids(MACHINES, branch)
        told = {"image": "disks.example.com/fedora:41", **data}
        await self.person.add("VirtualMachine", "virtual_machines", name=name, branch=branch, **told)
        return await self._arrived(MACHINES, before, branch, generated=generated)

    async def regenerate(self, artifact: str, *, branch: str = MAIN) -> None:
        """Ask for all artifacts of a name anew."""
        await self.person.generate(_DEFINITIONS[artifact], branch=branch)

    async def changed(self, artifact: str, id_: str, *, branch: str = MAIN) -> None:
        """Ask for all artifacts of a name anew, and wait until the text of one is another than it was."""
        old = await self.until_artifact(artifact, id_, branch=branch)
        await self.regenerate(artifact, branch=branch)
        async with asyncio.timeout(GENERATED):
            while (await self.until_artifact(artifact, id_, branch=branch))["checksum"] == old["checksum"]:  # noqa: ASYNC110
                await asyncio.sleep(_POLL)

    async def until_artifact(self, artifact: str, id_: str, *, branch: str = MAIN, **wanted: Any) -> dict[str, Any]:
        """Wait until an artifact is as wanted: its status, its checksum."""
        async with asyncio.timeout(GENERATED):
            while True:
                for entry in await self.person.artifacts(artifact, branch=branch):
                    if entry["id"] == id_ and wanted.items() <= entry.items():
                        return entry
                await asyncio.sleep(_POLL)

    async def _ids(self, artifact: str, branch: str) -> set[str]:
        return {entry["id"] for entry in await self.person.artifacts(artifact, branch=branch)}

    async def _arrived(self, artifact: str, before: set[str], branch: str, *, generated: bool = True) -> str:
        await self.regenerate(artifact, branch=branch)

        async with asyncio.timeout(GENERATED):
            while not (new := await self._ids(artifact, branch) - before):  # noqa: ASYNC110 — Infrahub tells nobody
                await asyncio.sleep(_POLL)
        (id_,) = new
        await self.until_artifact(artifact, id_, branch=branch, status="Ready" if generated else "Error")
        return id_


async def committed(folder: Path, to: Path) -> None:
    """Make a git repository of a folder as it is."""
    await asyncio.to_thread(_copied, folder, to)
    for command in (("init", "--quiet", "--initial-branch=main"), ("add", "."), ("commit", "--quiet", "-m", "Start")):
        git = await asyncio.create_subprocess_exec("git", *command, cwd=to, env={**os.environ, **_AS_SOMEBODY})
        assert await git.wait() == 0, f"git {command[0]} failed in {to}"


def _copied(folder: Path, to: Path) -> None:
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns("__pycache__"))
