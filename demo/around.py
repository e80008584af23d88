"""How a person looks around: addresses, and commands to type."""

from __future__ import annotations

import shlex
from pathlib import Path

from demo.cast import WEB_SYNC
from demo.commands import run
from demo.contents import BRANCH, OSLO
from demo.place import Place
from demo.stage import Stage
from demo.view import View

LOOK = (
    ("vidra", "get"),
    ("vidra", "tree", WEB_SYNC),
    ("vidra", "trace", "deploy/web", "-n", OSLO.namespace),
)
TRY = (
    (("vidra", "get", "--watch"), ""),
    (("vidra", "events", WEB_SYNC, "--watch"), ""),
    (("vidra", "diff", WEB_SYNC, "--branch", BRANCH), "what a merge would change"),
    (("vidra", "rollback", WEB_SYNC, "--to", "-2h"), f"vidra rollback {WEB_SYNC} --off ends it"),
    (("kubectl", "delete", "ingress", "web", "-n", OSLO.namespace), "and see it come back, here"),
    (("vidra", "ui"), "the web page once more"),
)


def tell_where(stage: Stage, place: Place, view: View) -> None:
    """Print what a person needs to look at everything."""
    infrahub = stage.scene.infrahub
    view.title("Look around")
    view.say(f"web page:    {stage.page}")
    view.say(f"Infrahub:    {infrahub.url} (a stand-in; user {infrahub.username}, password {infrahub.password})")
    view.say(f"metrics:     {stage.metrics}")
    view.say(f"log:         {place.log}")
    view.title("Commands to type in another terminal, after this one")
    view.say(f'export PATH="{_short(place.folder)}:$PATH"')
    view.say("")
    lines = [(shlex.join(words), "") for words in LOOK] + [(shlex.join(words), note) for words, note in TRY]
    width = max(len(line) for line, note in lines if note)
    for line, note in lines:
        view.say(f"{line:<{width}}   # {note}" if note else line)


async def look(place: Place, view: View) -> None:
    """Run the commands that only look, for somebody who will not be able to.

    Raises:
        CommandFailedError: One of them fails.
    """
    for words in LOOK:
        await run(place, view, *words)


def _short(folder: Path) -> str:
    """The folder for a shell, from the home directory where it is in there."""
    home = Path.home()
    return f"$HOME/{folder.relative_to(home)}" if folder.is_relative_to(home) else str(folder)
