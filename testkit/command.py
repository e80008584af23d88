"""The `vidra` command as a person runs it: a process of its own, with a kubeconfig."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import Any

import msgspec

from testkit.forks import Command, forks, written

Vidra = Callable[..., Coroutine[Any, Any, "Ended"]]
"""``await vidra("get", "webservers", stdin="…", NO_COLOR="1")``."""


class Ended(msgspec.Struct, frozen=True):
    """A command that has ended."""

    code: int
    out: str
    err: str


def vidra_with(kubeconfig: Path | None, **always: str) -> Vidra:
    """The command for one kubeconfig; nothing of this machine's own ones is seen.

    Args:
        always: Variables of its environment.
    """
    known = {"KUBECONFIG": str(kubeconfig), **always} if kubeconfig else always

    async def command(*args: str, stdin: str = "", **environment: str) -> Ended:
        environment = _around({**known, **environment})
        with written(stdin.encode()) as given, written() as out, written() as err:
            files = (given.fileno(), out.fileno(), err.fileno())
            child = await forks().start(Command(args, environment, str(Path.cwd())), *files)
            ended = Ended(await child.wait(), *(_all_of(file) for file in (out, err)))
        assert "Traceback" not in ended.err, ended.err
        return ended

    return command


def _all_of(file: Any) -> str:
    file.seek(0)
    text: bytes = file.read()
    return text.decode()


def _around(environment: Mapping[str, str]) -> dict[str, str]:
    """This process's environment without what it says about clusters, and what is given on top."""
    inherited = {key: value for key, value in os.environ.items() if not key.startswith(("KUBE", "POD_", "INFRAHUB"))}
    return {**inherited, "HOME": "/nonexistent", **environment}


async def started(
    *args: str,
    environment: Mapping[str, str],
    stdin: int = asyncio.subprocess.PIPE,
    stdout: int = asyncio.subprocess.PIPE,
    start_new_session: bool = False,
) -> asyncio.subprocess.Process:
    """The command, running, with pipes.

    Args:
        environment: On top of this process's own, without what that says about clusters.
        stdin: Another file than a pipe.
        stdout: The same.
        start_new_session: Away from the terminal that the tests run at.
    """
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "vidra", *args),
        env=_around(environment),
        stdin=stdin,
        stdout=stdout,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=start_new_session,
        preexec_fn=_hears_ctrl_c,
    )


def _hears_ctrl_c() -> None:
    """Whatever runs in a shell's background is deaf to it, and so is what it starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
