"""How a person looks around: addresses, and commands to type."""

from __future__ import annotations

import asyncio
import shlex

from demo.cast import OSLO, WEB_SYNC
from demo.contents import BRANCH
from demo.place import Place
from demo.stage import Stage
from demo.view import View

LOOK = (
    ("vidra", "get"),
    ("vidra", "tree", WEB_SYNC),
    ("vidra", "trace", "deploy/web", "-n", OSLO.namespace),
    ("vidra", "diff", WEB_SYNC, "--branch", BRANCH),
)
INTERFERE = ("kubectl", "delete", "ingress", "web", "-n", OSLO.namespace)
DIFFERENT = 3
"""Exit code of `vidra diff` when a branch would change something."""


class LookError(Exception):
    """A command that a person is told to paste does not work."""


def tell_where(stage: Stage, place: Place, view: View) -> None:
    """Print what a person needs to look at everything."""
    infrahub = stage.scene.infrahub
    view.title("Look around")
    view.say(f"kubeconfig:  {place.kubeconfig}")
    view.say(f"Infrahub:    {infrahub.url} (a stand-in; user {infrahub.username}, password {infrahub.password})")
    view.say(f"web page:    {stage.page}")
    view.say(f"metrics:     {stage.metrics}")
    view.say(f"log:         {place.log}")
    view.title("Commands to type in another terminal, after this one")
    view.say(f"export PATH={shlex.quote(str(place.folder))}:$PATH")
    view.say("")
    for arguments in LOOK:
        view.say(shlex.join(arguments))
    view.say(f"vidra rollback {WEB_SYNC} --to -1m   # vidra rollback {WEB_SYNC} --off ends it")
    view.say("vidra ui   # the web page once more")
    view.say(f"{shlex.join(INTERFERE)}   # and see it come back: vidra events {WEB_SYNC}")


async def look(place: Place, view: View) -> None:
    """Run the commands that only look, for somebody who will not be able to.

    Raises:
        LookError: One of them fails.
    """
    for arguments in LOOK:
        view.title(f"$ {shlex.join(arguments)}")
        for line in (await _output(place, arguments)).splitlines():
            view.say(line)


async def _output(place: Place, arguments: tuple[str, ...]) -> str:
    program = str(place.folder / arguments[0])
    process = await asyncio.create_subprocess_exec(
        program, *arguments[1:], stdin=asyncio.subprocess.DEVNULL, stdout=-1, stderr=asyncio.subprocess.STDOUT
    )
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode not in {0, DIFFERENT}:
        raise LookError(f"{shlex.join(arguments)} failed: {out.decode().strip()}")
    return out.decode()
