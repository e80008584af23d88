"""Tell the person who waits what happens: lines on standard error."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_BEAT: Final = 15.0


def say(line: str) -> None:
    """Write one line at once."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


@contextmanager
def heartbeat(what: str, *, usually: str) -> Iterator[None]:
    """Say what begins and how long it usually takes, that it still goes on, and how long it took."""
    started = time.monotonic()
    done = threading.Event()

    def beat() -> None:
        while not done.wait(_BEAT):
            say(f"  … {what}: {_spent(started)} so far, usually {usually}")

    say(f"{what[:1].upper()}{what[1:]} (usually {usually})")
    beating = threading.Thread(target=beat, daemon=True)
    beating.start()
    try:
        yield
    finally:
        done.set()
        beating.join()
    say(f"  {what}: done in {_spent(started)}")


def _spent(started: float) -> str:
    minutes, seconds = divmod(round(time.monotonic() - started), 60)
    return f"{minutes}:{seconds:02} min" if minutes else f"{seconds} s"
