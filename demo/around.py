"""How a person looks around: addresses, and commands to paste."""

from __future__ import annotations

import asyncio
import shlex
import sys

from demo.cast import OSLO, WEB_SYNC
from demo.place import Place
from demo.stage import Stage
from demo.view import View
from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE

LOOK = (
    ("get", "infrahubsyncs,vidraresources"),
    ("describe", "infrahubsync", WEB_SYNC),
    ("get", "deployments,services,ingresses", "--all-namespaces", "--selector", f"{MANAGED_LABEL}={MANAGED_VALUE}"),
)
INTERFERE = ("delete", "ingress", "web", "--namespace", OSLO.namespace)


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
    page = (sys.executable, "-m", "vidra", "ui", "--kubeconfig", str(place.kubeconfig))
    view.title("Commands to paste into another terminal")
    for arguments in LOOK:
        view.say(_command(place, arguments))
    view.say(f"{_command(place, INTERFERE)}   # and see it come back")
    view.say(f"{shlex.join(page)}   # the web page once more")


async def look(place: Place, view: View) -> None:
    """Run the commands that only look, for somebody who will not be able to.

    Raises:
        LookError: One of them fails.
    """
    for arguments in LOOK:
        view.title(f"$ {_command(place, arguments)}")
        for line in (await _output(place, arguments)).splitlines():
            view.say(line)


def _command(place: Place, arguments: tuple[str, ...]) -> str:
    return shlex.join((str(place.kubectl), *arguments))


async def _output(place: Place, arguments: tuple[str, ...]) -> str:
    process = await asyncio.create_subprocess_exec(
        str(place.kubectl), *arguments, stdin=asyncio.subprocess.DEVNULL, stdout=-1, stderr=asyncio.subprocess.STDOUT
    )
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode:
        raise LookError(f"{_command(place, arguments)} failed: {out.decode().strip()}")
    return out.decode()
