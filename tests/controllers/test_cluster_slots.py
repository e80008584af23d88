"""A reconcile with late answers leaves its slot to others, unless its whole cluster is slow or does not answer."""

import asyncio
import time
from typing import Any, Self, cast

import pytest

from testkit.eventually import eventually
from vidra.clusters.cluster import Cluster
from vidra.controllers.resource import cluster_slots as module
from vidra.controllers.resource.cluster_slots import REMOTE_LIMIT, ClusterConcurrency
from vidra.kube.latency import SLOW, Latency
from vidra.kube.request_slots import Requester, current, requesting

SERVER = "https://there.example.com"


class Client:
    """What is known of a server."""

    def __init__(self) -> None:
        self.latency = Latency()


class Target:
    """A cluster.

    Args:
        seconds: That it takes to answer a probe; None: it does not answer.
    """

    server = SERVER

    def __init__(self, seconds: float | None = 0.0) -> None:
        self.client = Client()
        self.breaker = self
        self._seconds = seconds

    @property
    def slow(self) -> bool:
        """As of a cluster."""
        return self.client.latency.slow

    def probe(self) -> None:
        """As of a circuit breaker."""
        if self._seconds is not None:
            self.client.latency.seconds = self._seconds
            self.client.latency.heard_at = time.monotonic() + 1


@pytest.fixture(autouse=True)
def looks_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK", 0.0)


class Reconciles:
    """Reconciles in one cluster, each until it is ended.

    Attributes:
        enqueued: Names that may try now.
    """

    def __init__(self, cluster: Target) -> None:
        self._cluster = cast(Cluster, cast(Any, cluster))
        self.enqueued: list[str] = []
        self._slots = ClusterConcurrency(self.enqueued.append)
        self._running: dict[str, tuple[Requester, asyncio.Event]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.end(*self._running)

    async def begins(self, name: str) -> bool:
        """Whether a reconcile may begin."""
        begun: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._tasks[name] = asyncio.create_task(self._run(name, begun))
        return await begun

    def late(self, *names: str) -> None:
        """Answers of these are late."""
        for name in names:
            self._running[name][0].became_late()

    async def end(self, *names: str) -> None:
        """End some."""
        for name in names:
            self._running.pop(name)[1].set()
            await self._tasks.pop(name)

    async def _run(self, name: str, begun: asyncio.Future[bool]) -> None:
        with requesting(), self._slots.slot(self._cluster, name) as free:
            begun.set_result(free)
            if free:
                ended = asyncio.Event()
                self._running[name] = (current(), ended)
                await ended.wait()


NAMES = [f"late-{number}" for number in range(REMOTE_LIMIT)]


async def full(reconciles: Reconciles) -> None:
    """Start as many as there are slots, and one more that finds none; then the answers are late."""
    for name in NAMES:
        assert await reconciles.begins(name)
    assert not await reconciles.begins("other")
    reconciles.late(*NAMES)


async def given_up(reconciles: Reconciles) -> None:
    """Wait until the slots were given to others."""
    await eventually(lambda: reconciles.enqueued == ["other"])
    await passed()


async def passed() -> None:
    """Let every timer run that is due."""
    for _ in range(10):
        await asyncio.sleep(0.001)


async def test_others_get_the_slots_of_those_with_late_answers() -> None:
    async with Reconciles(Target()) as reconciles:
        await full(reconciles)
        await given_up(reconciles)
        for number in range(REMOTE_LIMIT):
            assert await reconciles.begins(f"other-{number}")
        assert not await reconciles.begins("one too many")


async def test_the_next_reconciles_of_those_take_slots_that_nobody_else_has() -> None:
    async with Reconciles(Target()) as reconciles:
        await full(reconciles)
        await given_up(reconciles)
        assert await reconciles.begins("new")
        reconciles.late("new")
        await passed()
        await reconciles.end("new", *NAMES)
        for name in NAMES:
            assert await reconciles.begins(name)
        assert not await reconciles.begins("new")
        for number in range(REMOTE_LIMIT):
            assert await reconciles.begins(f"prompt-{number}")
        await reconciles.end(NAMES[0])
        assert reconciles.enqueued[-1] == "new"


async def test_who_has_no_late_answer_any_more_is_like_everybody_else() -> None:
    async with Reconciles(Target()) as reconciles:
        await full(reconciles)
        await given_up(reconciles)
        await reconciles.end(*NAMES)
        for name in NAMES:
            assert await reconciles.begins(name)
            await reconciles.end(name)
        for name in NAMES:
            assert await reconciles.begins(name)
        assert not await reconciles.begins("other")


@pytest.mark.parametrize("seconds", [None, 2 * SLOW], ids=["does not answer", "is slow"])
async def test_a_cluster_that_fails_as_a_whole_has_no_more_reconciles_for_it(seconds: float | None) -> None:
    async with Reconciles(Target(seconds)) as reconciles:
        await full(reconciles)
        await passed()
        assert reconciles.enqueued == []


@pytest.mark.parametrize(
    ("reads", "writes", "slow"),
    [(0, 0, False), (0, 100, False), (5, 0, True), (5, 100, True)],
    ids=["prompt", "late writes", "late reads", "both"],
)
def test_only_what_no_webhook_answers_makes_a_cluster_slow(reads: int, writes: int, slow: bool) -> None:
    latency = Latency()
    for number in range(max(reads, writes)):
        if number < reads:
            latency.note(5.0)
        if number < writes:
            latency.note(30.0, write=True)
    assert latency.slow is slow
    for _ in range(30):
        latency.note(0.01, write=True)
    assert not latency.seconds > SLOW, "prompt writes show that it is fast"


def test_a_server_is_crowded_when_writes_wait_for_each_other_there() -> None:
    latency = Latency()
    for seconds, crowded in ((0.05, False), (0.2, True), (0.06, False), (30.0, False)):
        for _ in range(50):
            latency.note(seconds, write=True)
            latency.note(5.0)
        assert latency.crowded is crowded
    for _ in range(10_000):
        latency.note(0.2, write=True)
    assert not latency.crowded, "it has become slower for good"
