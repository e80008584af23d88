"""The demo from its first line to its last, and whatever ends it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

from demo.around import look, tell_where
from demo.board import Board
from demo.cast import Cast
from demo.commands import CommandFailedError
from demo.feed import feed
from demo.place import Place, claimed
from demo.stage import Clock, Stage, stage
from demo.story import tell
from demo.view import View, view
from testkit.controlplane import ControlPlaneError
from testkit.environment import TooSlow
from testkit.patience import HANG
from testkit.suite import expected
from toolchain.errors import BinariesError
from toolchain.find import find
from toolchain.progress import say
from vidra.cli.log_config import configure
from vidra.kube.errors import KubeError

LIMIT: Final = 3 * HANG
"""Seconds that a demo which ends by itself may take, without getting the programs."""
INTERRUPTED: Final = 130

_TAIL: Final = 15
_LONGEST: Final = 400
_FAILURES = (AssertionError, CommandFailedError, ControlPlaneError, KubeError, OSError)


def show(*, once: bool) -> int:
    """Show the demo; the exit code."""
    configure("text", "critical")  # what the watches would say while everything ends
    try:
        _announce(once=once)
        find()
        with claimed() as place:
            return asyncio.run(_show(place, once=once))
    except (BinariesError, OSError) as error:
        return _failed(str(error))


def _announce(*, once: bool) -> None:
    """Say what comes and about how long it takes on this machine, before anything that takes long."""
    ends = "ends by itself" if once else "stays up until Ctrl-C"
    say(f"The demo shows Vidra on a real control plane, {expected.demo()}, and {ends}.")
    if first := expected.programs():
        say(first)


async def _show(place: Place, *, once: bool) -> int:
    _let_signals_cancel()
    clock = Clock()
    try:
        with view() as where:
            where.title("Vidra, on a real Kubernetes control plane and a stand-in Infrahub")
            async with asyncio.timeout(LIMIT if once else None), stage(place, where) as running:
                await _play(running, place, where, once=once)
    except asyncio.CancelledError:
        sys.stdout.write("\nStopped, with everything that was started.\n")
        return INTERRUPTED if once else 0
    except TimeoutError:
        return _failed(f"The demo should end within {LIMIT:g} s and did not.", place.log)
    except TooSlow as error:
        return _failed(f"What should have happened did not: {error}"[:_LONGEST], place.log)
    except _FAILURES as error:
        return _failed(str(error), place.log)
    sys.stdout.write(f"\nEverything was seen in {clock}, and is stopped.\n")
    return 0


async def _play(running: Stage, place: Place, where: View, *, once: bool) -> None:
    """Tell the story while the board follows, as long as the operator lives."""
    board = Board(running.scene.client)
    board.listen(where.refresh)
    where.show(board.rows)
    events = feed(running.scene.client, where.event)
    await _first(board.run(), events, running.operator.ended(), _program(running, place, where, once=once))


async def _program(running: Stage, place: Place, where: View, *, once: bool) -> None:
    await tell(Cast(running.scene, where, place))
    tell_where(running, place, where)
    if once:
        await look(place, where)
        return
    where.title("Everything stays up until Ctrl-C.")
    await asyncio.Event().wait()


async def _first(*work: Coroutine[Any, Any, None]) -> None:
    """Run all of it until the first one ends, well or not."""
    tasks = [asyncio.create_task(one) for one in work]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _let_signals_cancel() -> None:
    """Let the first signal end everything in order; further ones change nothing, it takes a second."""
    main = asyncio.current_task()
    assert main is not None
    asked = False

    def stop() -> None:
        nonlocal asked
        if not asked:
            asked = True
            main.cancel()

    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop)


def _failed(why: str, log: Path | None = None) -> int:
    sys.stdout.flush()
    sys.stderr.write(f"\n{why}\n")
    if log is not None and log.exists():
        tail = [line[:_LONGEST] for line in log.read_text(errors="replace").splitlines()[-_TAIL:]]
        sys.stderr.write("\n".join(["\nThe last lines of the operator's log:", *tail, f"All of it: {log}\n"]))
    return 1
