"""Each key at most once at a time, now or later, with back-off for what keeps failing."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from testkit.patience import HANG, NEVER
from vidra.common.backoff import Backoff
from vidra.controllers.runtime import workqueue as module
from vidra.controllers.runtime.workqueue import Result, WorkQueue
from vidra.telemetry.metrics import Metrics

Work = Callable[[str], Awaitable[Result]]


class Worker:
    """Notes what it is asked to do, and checks that no key is worked on twice at once."""

    def __init__(self, *results: Result, seconds: float = 0) -> None:
        self._results = list(results)
        self._seconds = seconds
        self._now: set[str] = set()
        self.most = 0
        self.done: list[str] = []
        self.times: list[float] = []
        self._news = asyncio.Event()

    async def __call__(self, key: str) -> Result:
        assert key not in self._now
        self._now.add(key)
        self.most = max(self.most, len(self._now))
        self.times.append(asyncio.get_running_loop().time())
        await asyncio.sleep(self._seconds)
        self._now.discard(key)
        self.done.append(key)
        self._news.set()
        return self._results.pop(0) if self._results else Result()

    async def until(self, count: int) -> None:
        async with asyncio.timeout(HANG):
            while len(self.done) < count:
                self._news.clear()
                await self._news.wait()


@asynccontextmanager
async def working(work: Work, workers: int = 3) -> AsyncIterator[WorkQueue]:
    queue = WorkQueue("test", work, workers, Metrics())
    task = asyncio.create_task(queue.run())
    yield queue
    assert not task.done()
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACKOFF", Backoff(0.02, 0.1))
    monkeypatch.setattr(module, "JITTER", 0)


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_a_key_that_waits_is_worked_on_once() -> None:
    worker = Worker()
    async with working(worker) as queue:
        for _ in range(5):
            queue.add("a")
        queue.add("b")
        assert len(queue) == 2
        await worker.until(2)
        await settle()
    assert sorted(worker.done) == ["a", "b"]


async def test_a_key_never_has_two_workers_and_no_addition_is_missed() -> None:
    worker = Worker(seconds=0.005)
    async with working(worker, workers=4) as queue:
        for _ in range(20):
            for key in "abc":
                queue.add(key)
            await asyncio.sleep(0.001)
        count = len(worker.done)
        await worker.until(count + 3)
    assert worker.most == 3


async def test_what_is_added_while_it_runs_runs_once_more() -> None:
    worker = Worker(seconds=0.02)
    async with working(worker) as queue:
        queue.add("a")
        await asyncio.sleep(0.005)
        queue.add("a")
        queue.add("a")
        await worker.until(2)
        await asyncio.sleep(0.05)
    assert worker.done == ["a", "a"]


async def test_no_more_workers_than_told() -> None:
    worker = Worker(seconds=0.005)
    async with working(worker, workers=2) as queue:
        for number in range(10):
            queue.add(str(number))
        await worker.until(10)
    assert worker.most == 2
    assert worker.done == [str(number) for number in range(10)]


async def test_the_earliest_of_several_delays_wins() -> None:
    worker = Worker()
    async with working(worker) as queue:
        began = asyncio.get_running_loop().time()
        queue.add_after("a", 30)
        queue.add_after("a", 0.03)
        queue.add_after("a", 20)
        await worker.until(1)
        assert 0.02 < worker.times[0] - began < 20
        await asyncio.sleep(0.05)
    assert worker.done == ["a"]


async def test_a_key_that_runs_now_has_no_delay_left() -> None:
    worker = Worker()
    async with working(worker) as queue:
        queue.add_after("a", 0.02)
        queue.add("a")
        await worker.until(1)
        await asyncio.sleep(0.05)
    assert worker.done == ["a"]


async def test_a_pass_says_when_the_next_one_is() -> None:
    worker = Worker(Result(requeue_after=0.02), Result(requeue_after=0.02), Result())
    async with working(worker) as queue:
        queue.add("a")
        await worker.until(3)
        await asyncio.sleep(0.05)
    assert len(worker.done) == 3
    assert all(later - earlier >= 0.019 for earlier, later in zip(worker.times, worker.times[1:], strict=False))


async def test_back_off_grows_is_bounded_and_ends_with_a_success(monkeypatch: pytest.MonkeyPatch) -> None:
    delays: list[float] = []
    monkeypatch.setattr(random, "uniform", lambda _, high: high)
    queue = WorkQueue("test", Worker(), 1, Metrics())
    monkeypatch.setattr(queue, "add_after", lambda _, seconds: delays.append(seconds))
    for _ in range(30):
        queue._schedule_next("a", Result(failed=True))
    assert delays[:4] == [0.02, 0.04, 0.08, 0.1]
    assert delays[4:] == [0.1] * 26
    queue._schedule_next("a", Result(failed=True, requeue_after=0.05))
    queue._schedule_next("a", Result())
    queue._schedule_next("a", Result(failed=True))
    assert delays[30:] == [0.05, 0.02]


async def test_what_is_forgotten_does_not_run_and_starts_over() -> None:
    worker = Worker()
    async with working(worker) as queue:
        queue.add_after("a", 0.02)
        queue.forget("a")
        queue.add_after("b", 0.03)
        await worker.until(1)
        await settle()
    assert worker.done == ["b"]


async def test_passes_are_counted_by_result(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BACKOFF", Backoff(NEVER, NEVER))
    metrics = Metrics()
    worker = Worker(Result(failed=True), Result())
    queue = WorkQueue("test", worker, 1, metrics)
    task = asyncio.create_task(queue.run())
    queue.add("a")
    queue.add("b")
    await worker.until(2)
    for _ in range(3):  # the pass is counted when it has ended
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    def count(result: str) -> float | None:
        labels = {"controller": "test", "result": result}
        return metrics.registry.get_sample_value("controller_runtime_reconcile_total", labels)

    assert (count("success"), count("error")) == (1, 1)
    assert metrics.registry.get_sample_value("workqueue_depth", {"name": "test"}) == 0


async def test_the_queue_ends_although_a_pass_loses_its_cancellation() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work(_key: str) -> Result:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            ended.set()
        return Result()

    queue = WorkQueue("test", work, 1, Metrics())
    task = asyncio.create_task(queue.run())
    queue.add("a")
    await begun.wait()
    task.cancel()
    done, _ = await asyncio.wait({task}, timeout=HANG)
    assert done
    assert ended.is_set()
