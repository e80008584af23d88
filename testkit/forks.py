"""Commands as processes of their own, without the second that starting Python and importing takes each time.

One process has imported everything and waits (`python -m testkit.forks`, with a socket). For each command it
forks: the child has the arguments, environment, folder and files that it was sent, and runs to its end as if it had
just been started. Signals, terminals and imports are for tests that start the command itself (`started`).
"""

from __future__ import annotations

import asyncio
import ctypes
import gc
import importlib
import os
import pkgutil
import random
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final

import msgspec

LARGEST: Final = 1 << 17
"""Bytes of a command with its environment."""
_LAUNCH: Final = Path(__file__).parent / "controlplane" / "launch.py"
_CONTROL: Final = 3
_PR_SET_PDEATHSIG: Final = 1
_FILES: Final = 4


class Command(msgspec.Struct, frozen=True):
    """What a child is to be; its input, output, errors and the socket for its exit code come with it."""

    args: Sequence[str]
    environment: dict[str, str]
    folder: str


class Child:
    """A command that was started; it does not outlive this process."""

    def __init__(self, pid: int, told: socket.socket) -> None:
        self.pid = pid
        self._told = told
        self._code: int | None = None

    @property
    def returncode(self) -> int | None:
        """The exit code, once there is one; negative: the signal that ended it."""
        if self._code is None:
            with suppress(BlockingIOError):
                self._ended(self._told.recv(16))
        return self._code

    def send_signal(self, number: int) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    async def wait(self) -> int:
        """Wait for its end; gives the exit code."""
        while (code := self.returncode) is None:
            await _readable(self._told)
        return code

    def _ended(self, code: bytes) -> None:
        assert code, "the process that forks commands has ended"
        self._code = int(code)
        self._told.close()


async def _readable(told: socket.socket) -> None:
    loop, news = asyncio.get_running_loop(), asyncio.Event()
    descriptor = os.dup(told.fileno())  # each who waits has one of its own
    loop.add_reader(descriptor, news.set)
    try:
        await news.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


class Forks:
    """The process that has imported everything; it ends with this one."""

    def __init__(self) -> None:
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        launch = (sys.executable, "-I", "-S", str(_LAUNCH), str(os.getpid()))
        with theirs:
            os.set_inheritable(theirs.fileno(), True)
            self._process = subprocess.Popen(  # noqa: S603 — the command is made here
                (*launch, sys.executable, "-m", "testkit.forks", str(theirs.fileno())),
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

    async def start(self, command: Command, stdin: int, stdout: int, stderr: int) -> Child:
        """Start a command."""
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            files = [stdin, stdout, stderr, theirs.fileno()]
            socket.send_fds(self._control, [msgspec.json.encode(command)], files)
        ours.setblocking(False)
        pid = await asyncio.get_running_loop().sock_recv(ours, 16)
        assert pid, "the process that forks commands has ended"
        return Child(int(pid), ours)


def serve(control: socket.socket) -> Command:
    """Fork for every command that comes, until nobody is there to send one; returns in each child."""
    waiting = selectors.DefaultSelector()
    waiting.register(control, selectors.EVENT_READ)
    while True:
        for key, _ in waiting.select():
            if key.fileobj is control:
                message, files, _, _ = socket.recv_fds(control, LARGEST, _FILES)
                if not message:
                    os._exit(0)
                if not (child := os.fork()):
                    waiting.close()  # not later, by the garbage collector, when its number is another file's
                    return _become(msgspec.json.decode(message, type=Command), files)
                for file in files[:-1]:
                    os.close(file)
                os.write(files[-1], str(child).encode())
                waiting.register(os.pidfd_open(child), selectors.EVENT_READ, (child, files[-1]))
            else:
                _tell(waiting, key)


def _tell(waiting: selectors.BaseSelector, key: selectors.SelectorKey) -> None:
    child, reply = key.data
    waiting.unregister(key.fileobj)
    os.close(key.fd)
    _, status = os.waitpid(child, 0)
    os.write(reply, str(os.waitstatus_to_exitcode(status)).encode())
    os.close(reply)


def _become(command: Command, files: list[int]) -> Command:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    for standard, file in enumerate(files[:-1]):
        os.dup2(file, standard)
    os.closerange(_CONTROL, max(files) + 100)
    os.environ.clear()
    os.environ.update(command.environment)
    os.chdir(command.folder)
    random.seed()
    sys.argv = ["vidra", *command.args]
    sys.stdin = sys.__stdin__ = open(0, encoding="utf-8")  # type: ignore[misc]  # noqa: SIM115
    sys.stdout = sys.__stdout__ = open(1, "w", encoding="utf-8")  # type: ignore[misc]  # noqa: SIM115
    sys.stderr = sys.__stderr__ = open(2, "w", encoding="utf-8", buffering=1)  # type: ignore[misc]  # noqa: SIM115
    return command


def _import_everything() -> None:
    for found in pkgutil.walk_packages(importlib.import_module("vidra").__path__, "vidra."):
        if not found.name.startswith(("testkit", "vidra.__main__")):
            importlib.import_module(found.name)


def main() -> None:
    """Import everything, and then be one command after the other."""
    control: Any = socket.socket(fileno=int(sys.argv[1]))
    _import_everything()
    gc.collect()
    gc.freeze()  # what is there now is nobody's garbage, and stays shared with the children
    from vidra.cli.main import main as vidra  # noqa: PLC0415

    serve(control)
    code = 0
    try:
        vidra()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 — as the interpreter does, which is not taken down here, for that takes long
        traceback.print_exc()
        code = 1
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@cache
def forks() -> Forks:
    """The one of this process."""
    return Forks()


def written(text: bytes = b"") -> Any:
    """A file without a name that holds this, to be read from its start."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 — whoever asked closes it
    file.write(text)
    file.seek(0)
    return file


if __name__ == "__main__":
    main()
