"""An Infrahub with the example repository in it, and what one does there with applications and machines."""

from __future__ import annotations

import asyncio
import os
import shutil
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

from testkit.parts.infrahub.person import MAIN, Person
from testkit.parts.infrahub.server import RealInfrahub
from testkit.parts.running import Running

APPLICATIONS: Final = "Web_Application"
MACHINES: Final = "Virtual_Machine"
"""Names of the artifacts."""
_DEFINITIONS: Final = {APPLICATIONS: "web_application", MACHINES: "virtual_machine"}
_TRANSFORMS: Final = {"CoreTransformJinja2": "web_application", "CoreTransformPython": "virtual_machine"}
_PATIENT: Final = 120
"""Seconds that a transform waits for its data; the usual 10 make it fail on a busy machine, and no artifact comes."""
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
        for kind, name in _TRANSFORMS.items():
            await self.person.edit(kind, name, timeout=_PATIENT)

    async def application(self, name: str, *, branch: str = MAIN, **data: Any) -> str:
        """A web application with its generated artifact; gives the artifact's id."""
        told = {"name": name, "image": "registry.example.com/web:1", **data}
        about = await self.person.add("WebApplication", "web_applications", branch=branch, **told)
        await self.regenerate(APPLICATIONS, branch=branch)
        return await self._arrived(APPLICATIONS, about, branch)

    async def machine(self, name: str, *, branch: str = MAIN, generated: bool = True, **data: Any) -> str:
        """A virtual machine with its artifact, generated if it can be; gives the artifact's id."""
        (id_,) = await self.machines((name, data), branch=branch, generated=generated)
        return id_

    async def machines(
        self, *told: tuple[str, dict[str, Any]], branch: str = MAIN, generated: bool = True
    ) -> list[str]:
        """Several, generated together; gives the ids of the artifacts."""
        image = "disks.example.com/fedora:41"
        about = [
            await self.person.add("VirtualMachine", "virtual_machines", branch=branch, name=name, image=image, **data)
            for name, data in told
        ]
        await self.regenerate(MACHINES, branch=branch)
        return [await self._arrived(MACHINES, each, branch, generated=generated) for each in about]

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
        return await self._until(artifact, branch, id=id_, **wanted)

    async def _arrived(self, artifact: str, about: str, branch: str, *, generated: bool = True) -> str:
        status = "Ready" if generated else "Error"
        return str((await self._until(artifact, branch, about=about, status=status))["id"])

    async def _until(self, artifact: str, branch: str, **wanted: Any) -> dict[str, Any]:
        async with asyncio.timeout(GENERATED):
            while True:
                for entry in await self.person.artifacts(artifact, branch=branch):
                    if wanted.items() <= entry.items():
                        return entry
                await asyncio.sleep(_POLL)


async def committed(folder: Path, to: Path) -> None:
    """Make a git repository of a folder as it is."""
    await asyncio.to_thread(_copied, folder, to)
    for command in (("init", "--quiet", "--initial-branch=main"), ("add", "."), ("commit", "--quiet", "-m", "Start")):
        git = await asyncio.create_subprocess_exec("git", *command, cwd=to, env={**os.environ, **_AS_SOMEBODY})
        assert await git.wait() == 0, f"git {command[0]} failed in {to}"


def _copied(folder: Path, to: Path) -> None:
    shutil.copytree(folder, to, ignore=shutil.ignore_patterns("__pycache__"))
