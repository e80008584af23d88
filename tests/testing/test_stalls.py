"""The probe for stalls sees what Vidra's own tasks do, and nothing else, however busy the machine is."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from testkit.loop_stalls import LONGEST, stalls
from testkit.pace import piece
from vidra.controllers.runtime.workqueue import Result, WorkQueue
from vidra.telemetry.metrics import Metrics

FAR_TOO_LONG = 4 * LONGEST
SHORT = LONGEST // 10


def busy(pieces: int) -> None:
    for _ in range(pieces):
        piece()


@contextmanager
def neighbours(count: int) -> Iterator[None]:
    """Processes that want all of the machine while the context lasts."""
    running = [subprocess.Popen([sys.executable, "-ISc", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for each in running:
            each.kill()
            each.wait()


async def worked_on(pieces: int) -> None:
    """Let a worker of the operator's queue do so much in one step."""
    done = asyncio.Event()

    async def work(_: str) -> Result:
        busy(pieces)
        done.set()
        return Result()

    queue = WorkQueue("probed", work, 1, Metrics())
    task = asyncio.create_task(queue.run())
    queue.add("key")
    await done.wait()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.mark.occasional
@pytest.mark.parametrize("others", [0, 4], ids=["alone", "beside four others"])
async def test_a_step_that_takes_too_long_is_named(others: int) -> None:
    with neighbours(others), stalls() as found:
        await worked_on(FAR_TOO_LONG)
    assert len(found) == 1
    assert found[0].startswith("probed worker 0 (WorkQueue._worker): ")


@pytest.mark.occasional
@pytest.mark.parametrize("others", [0, 4], ids=["alone", "beside four others"])
async def test_a_short_step_is_not(others: int) -> None:
    with neighbours(others), stalls() as found:
        for _ in range(3):
            await worked_on(SHORT)
    assert found == []


async def test_what_a_test_does_itself_is_not() -> None:
    with stalls() as found:
        await asyncio.create_task(asyncio.sleep(0))
        busy(FAR_TOO_LONG)
        await asyncio.sleep(0)
    assert found == []
