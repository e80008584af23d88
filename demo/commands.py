"""Runs commands as a person would type them, and shows what they print."""

from __future__ import annotations

import asyncio
import shlex

from demo.place import Place
from demo.view import View

DIFFERENT = 3
"""Exit code of `vidra diff` when something would change."""


class CommandFailedError(Exception):
    """A command that a person is told to type does not work."""


async def run(place: Place, view: View, *words: str) -> None:
    """Run one, and show it with what it prints.

    Raises:
        CommandFailedError: It fails.
    """
    view.command(shlex.join(words))
    process = await asyncio.create_subprocess_exec(
        str(place.folder / words[0]),
        *words[1:],
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        out, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
    if process.returncode not in {0, DIFFERENT}:
        raise CommandFailedError(f"{shlex.join(words)} failed: {out.decode().strip()}")
    for line in out.decode().splitlines():
        view.output(line)
