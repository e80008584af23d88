"""The work queue: each key at most once at a time, now or later, with backoff for keys that keep failing.

Called by `watches.py` of both kinds, which add keys; it calls `Controller.reconcile` for each key and requeues it by
the `Result`. Beside reconciles it runs health checks: cheap, and without effect on when a key is reconciled.
"""

from __future__ import annotations

import asyncio
import heapq
import math
import random
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable

import msgspec
import structlog
from structlog.contextvars import bound_contextvars

from vidra.common.backoff import Backoff, between
from vidra.kube.request_slots import requesting
from vidra.telemetry.metrics import Metrics

log = structlog.get_logger("vidra.queue")

BACKOFF = Backoff(first=1.0, longest=300.0)
HEALTH_CHECK_AGAIN = 0.1
"""Seconds after which a key that is being reconciled gets its health check."""
JITTER = 0.1
"""Jitter: share of a delay by which it may be longer, so that what started together does not stay together."""


class Result(msgspec.Struct, frozen=True):
    """When a key is to be reconciled again."""

    requeue_after: float | None = None
    """Seconds; None: only at the next event."""
    failed: bool = False
    """Use backoff first: the seconds are then the longest delay, not the next one."""


Reconcile = Callable[[str], Awaitable[Result]]
HealthCheck = Callable[[str], Awaitable[None]]


async def _no_health_check(_: str) -> None:
    """For a queue that never runs health checks."""


def _every(_: str) -> bool:
    """For a queue whose keys are all this replica's."""
    return True


class WorkQueue:
    """Keys that wait to be reconciled, and the workers.

    A key that is added while it is being reconciled is reconciled once more afterwards. So no change is missed, and no
    key ever has two workers. The earliest of several delays counts. Keys of other replicas are skipped.
    """

    def __init__(
        self,
        name: str,
        work: Reconcile,
        workers: int,
        metrics: Metrics,
        *,
        health_check: HealthCheck = _no_health_check,
        mine: Callable[[str], bool] = _every,
    ) -> None:
        self.name = name
        self._mine = mine
        self._metrics = metrics
        self._work = work
        self._health_check = health_check
        self._workers = workers
        self._ready: OrderedDict[str, float] = OrderedDict()
        """With the time since when."""
        self._running: dict[str, float] = {}
        """With the time since when."""
        self._again: set[str] = set()
        self._failures: dict[str, int] = {}
        self._due: dict[str, float] = {}
        self._timers: list[tuple[float, str]] = []
        self._health_checks_due: dict[str, float] = {}
        self._health_checks_only: set[str] = set()
        """Ready keys for which only a health check is due."""
        self._ended = asyncio.Event()
        """Set whenever a worker is done with a key."""
        self._alarm = asyncio.Event()
        self._some = asyncio.Semaphore(0)
        self._instruments()

    def __len__(self) -> int:
        """Number of keys that are ready."""
        return len(self._ready)

    def add(self, key: str) -> None:
        """Reconcile this key as soon as a worker is free."""
        self._due.pop(key, None)
        self._health_checks_only.discard(key)
        if key in self._running:
            self._again.add(key)
        elif key not in self._ready:
            self._make_ready(key)

    def add_after(self, key: str, seconds: float) -> None:
        """Reconcile this key in so many seconds, unless something happens earlier."""
        at = asyncio.get_running_loop().time() + seconds
        if key in self._ready or self._due.get(key, at + 1) <= at:
            return
        self._due[key] = at
        heapq.heappush(self._timers, (at, key))
        self._alarm.set()

    def add_health_check_after(self, key: str, seconds: float) -> None:
        """Check the health of this key in so many seconds; the earliest of several delays counts."""
        at = asyncio.get_running_loop().time() + seconds
        if self._health_checks_due.get(key, at + 1) <= at:
            return
        self._health_checks_due[key] = at
        heapq.heappush(self._timers, (at, key))
        self._alarm.set()

    def forget(self, key: str) -> None:
        """Drop the key's delays and failures: the item was deleted."""
        self._due.pop(key, None)
        self._health_checks_due.pop(key, None)
        self._failures.pop(key, None)

    async def wait_until_released(self) -> None:
        """Wait until no worker has a key that belongs to another replica now."""
        while not all(self._mine(key) for key in self._running):
            self._ended.clear()
            await self._ended.wait()

    async def run(self) -> None:
        """Run the workers until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._run_timers(), name=f"{self.name} timers")
            for number in range(self._workers):
                group.create_task(self._worker(), name=f"{self.name} worker {number}")

    def _make_ready(self, key: str) -> None:
        self._ready[key] = time.monotonic()
        self._adds.inc()
        self._some.release()

    def _instruments(self) -> None:
        metrics, name = self._metrics, self.name
        metrics.waiting.labels(name).set_function(self.__len__)
        metrics.workers.labels(name).set_function(lambda: len(self._running))
        metrics.most_workers.labels(name).set(self._workers)
        metrics.longest.labels(name).set_function(self._longest)
        self._adds, self._retries = metrics.added.labels(name), metrics.retried.labels(name)
        self._waited = metrics.queued.labels(name)

    def _longest(self) -> float:
        """Seconds since the oldest running reconcile began."""
        return time.monotonic() - min(self._running.values()) if self._running else 0.0

    async def _worker(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        # A cancellation can be lost on its way through a reconcile: then the worker ends after it, not never.
        while not task.cancelling():
            await self._some.acquire()
            key, since = self._ready.popitem(last=False)
            if not self._mine(key):
                continue
            self._running[key] = now = time.monotonic()
            self._waited.observe(now - since)
            try:
                with requesting():
                    await (self._run_health_check(key) if key in self._health_checks_only else self._run_reconcile(key))
            finally:
                del self._running[key]
                self._ended.set()
                if key in self._again:
                    self._again.discard(key)
                    self.add(key)

    async def _run_health_check(self, key: str) -> None:
        self._health_checks_only.discard(key)
        await self._health_check(key)

    async def _run_reconcile(self, key: str) -> None:
        began = time.perf_counter()
        # Every log line of the reconcile carries its id.
        with bound_contextvars(**{"pass": f"{random.getrandbits(32):08x}"}):
            next_ = await self._work(key)
            seconds = time.perf_counter() - began
            log.debug("pass", controller=self.name, key=key, seconds=round(seconds, 4), failed=next_.failed)
        self._metrics.seconds.labels(self.name).observe(seconds)
        self._metrics.passes.labels(self.name, "error" if next_.failed else "success").inc()
        self._schedule_next(key, next_)

    def _schedule_next(self, key: str, next_: Result) -> None:
        if not next_.failed:
            self._failures.pop(key, None)
            if next_.requeue_after is not None:
                self.add_after(key, next_.requeue_after * between(1, 1 + JITTER))
            return
        self._retries.inc()
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        self.add_after(key, BACKOFF.after(failures, next_.requeue_after or math.inf))

    async def _run_timers(self) -> None:
        """Make keys ready whose time has come."""
        loop = asyncio.get_running_loop()
        while True:
            self._alarm.clear()
            while self._timers and self._timers[0][0] <= loop.time():
                at, key = heapq.heappop(self._timers)
                if self._due.get(key) == at:
                    self.add(key)
                if self._health_checks_due.get(key) == at:
                    self._add_health_check(key)
            pause = self._timers[0][0] - loop.time() if self._timers else None
            try:
                async with asyncio.timeout(pause):
                    await self._alarm.wait()
            except TimeoutError:
                continue

    def _add_health_check(self, key: str) -> None:
        """Make the key ready for a health check. If it is being reconciled just now, the check comes after that."""
        del self._health_checks_due[key]
        if key in self._running:
            self.add_health_check_after(key, HEALTH_CHECK_AGAIN)
        elif key not in self._ready:
            self._health_checks_only.add(key)
            self._make_ready(key)
