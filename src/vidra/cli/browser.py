"""Opens an address with a secret in a browser, and lets a person ask for another one."""

from __future__ import annotations

import asyncio
import html
import os
import signal
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def opened(address: str) -> Iterator[None]:
    """Open an address in a browser, by a file that leads there and that nobody else can read.

    A browser gets what it opens as an argument, which everybody on the machine can see.

    Args:
        address: Empty: open nothing.
    """
    if not address:
        yield
        return
    descriptor, name = tempfile.mkstemp(prefix="vidra-ui-", suffix=".html")
    file = Path(name)
    try:
        with os.fdopen(descriptor, "w") as writing:
            writing.write(f'<!doctype html><meta http-equiv="refresh" content="0;url={html.escape(address)}">\n')
        with suppress(webbrowser.Error):
            webbrowser.open(file.as_uri())
        yield
    finally:
        file.unlink(missing_ok=True)


async def until_stopped(enter: Callable[[], None] | None = None) -> None:
    """Wait until a signal or Ctrl-C ends the process.

    Args:
        enter: Called whenever a person presses Enter.
    """
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    listens = enter is not None and sys.stdin.isatty()

    def read() -> None:
        if not sys.stdin.readline():
            ended.set()  # the terminal is closed
        elif enter is not None:
            enter()

    if listens:
        loop.add_reader(sys.stdin.fileno(), read)
    try:
        await ended.wait()
    finally:
        if listens:
            loop.remove_reader(sys.stdin.fileno())
