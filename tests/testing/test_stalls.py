"""The probe for stalls sees what Vidra's own tasks do, and nothing else."""

import asyncio
import time

from vidra.controllers.metrics import Metrics
from vidra.controllers.queue import Next, Queue
from vidra.testing.stalls import LONGEST, stalls


def busy(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


async def worked_on(seconds: float) -> None:
    """Let a worker of the operator's queue be busy for so long."""
    done = asyncio.Event()

    async def work(_: str) -> Next:
        busy(seconds)
        done.set()
        return Next()

    queue = Queue("probed", work, 1, Metrics())
    task = asyncio.create_task(queue.run())
    queue.add("key")
    await done.wait()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_step_that_takes_too_long_is_named() -> None:
    with stalls() as found:
        await worked_on(2 * LONGEST)
    assert len(found) == 1
    assert found[0].startswith("probed worker 0 (Queue._serve): ")


async def test_a_short_step_is_not() -> None:
    with stalls() as found:
        await worked_on(LONGEST / 10)
    assert found == []


async def test_what_a_test_does_itself_is_not() -> None:
    with stalls() as found:
        await asyncio.create_task(asyncio.sleep(0))
        busy(2 * LONGEST)
        await asyncio.sleep(0)
    assert found == []
