"""The request slots of a server are shared out fairly: who waits for late answers holds up nobody else."""

import asyncio
from typing import Self

import pytest

from vidra.kube import request_slots as module
from vidra.kube.request_slots import FEW_EACH, LATE_EACH, RequestSlots, current, requesting


class Server:
    """Answers when it is told to.

    Attributes:
        sent: The requests that it was sent, in that order.
    """

    def __init__(self, most: int) -> None:
        self.crowded = False
        self._slots = RequestSlots(most, lambda: self.crowded)
        self._answers: dict[str, asyncio.Event] = {}
        self.sent: list[str] = []
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self.tasks.values():
            task.cancel()
        await asyncio.gather(*self.tasks.values(), return_exceptions=True)

    def send(self, *names: str, write: bool = True) -> None:
        """Send requests, in the name of the current requester."""
        self.tasks.update({name: asyncio.create_task(self._send(name, write)) for name in names})

    def answer(self, *names: str) -> None:
        """Answer requests."""
        for name in names:
            self._answers[name].set()

    async def _send(self, name: str, write: bool) -> None:
        async with self._slots.slot(write=write):
            self.sent.append(name)
            await self._answers.setdefault(name, asyncio.Event()).wait()


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every answer that does not come at once is late."""
    monkeypatch.setattr(module, "LATE", 0.0)


async def settled() -> None:
    """Everything that can go on has."""
    for _ in range(50):
        await asyncio.sleep(0)


@pytest.mark.usefixtures("late")
async def test_a_late_answer_leaves_its_slot_to_others() -> None:
    async with Server(2) as server:
        with requesting():
            server.send("a", "b")
        await settled()
        with requesting():
            server.send("other")
        await settled()
        assert "other" in server.sent


@pytest.mark.usefixtures("late")
async def test_who_waits_for_many_late_answers_sends_no_further_write_but_reads() -> None:
    async with Server(1) as server:
        with requesting():
            server.send(*(f"{number}" for number in range(LATE_EACH + 2)))
            await settled()
            assert len(server.sent) == LATE_EACH
            server.send("read", write=False)
        await settled()
        assert server.sent[LATE_EACH:] == ["read"]
        server.answer("0", "read")
        await settled()
        assert server.sent[LATE_EACH + 1 :] == [f"{LATE_EACH}"]


@pytest.mark.usefixtures("late")
async def test_what_vidra_itself_sends_is_not_held_back() -> None:
    async with Server(1) as server:
        names = [f"{number}" for number in range(LATE_EACH + 2)]
        server.send(*names)
        await settled()
        assert server.sent == names


async def test_at_a_crowded_server_who_has_many_requests_in_flight_sends_no_further_write() -> None:
    async with Server(32) as server:
        server.crowded = True
        with requesting():
            server.send(*(f"{number}" for number in range(FEW_EACH + 4)))
            await settled()
            assert len(server.sent) == FEW_EACH
            server.send("read", write=False)
        with requesting():
            server.send("other")
        await settled()
        assert server.sent[FEW_EACH:] == ["read", "other"]
        server.answer("0", "read")
        await settled()
        assert server.sent[FEW_EACH + 2 :] == [f"{FEW_EACH}"]
        server.crowded = False
        server.answer("1")
        await settled()
        assert len(server.sent) == FEW_EACH + 6, "all of them, when it is not crowded any more"


async def test_requesters_take_turns() -> None:
    async with Server(1) as server:
        for name in ("a", "b"):
            with requesting():
                server.send(*(f"{name}{number}" for number in range(3)))
        for _ in range(6):
            await settled()
            server.answer(server.sent[-1])
        assert server.sent == ["a0", "a1", "b0", "a2", "b1", "b2"]


@pytest.mark.parametrize("given", [False, True], ids=["while it waits", "when it was just given a slot"])
async def test_a_cancelled_request_takes_no_slot_along(given: bool) -> None:
    async with Server(1) as server:
        server.send("first")
        await settled()
        server.send("second", "third")
        await settled()
        if given:
            server.answer("first")
            await asyncio.sleep(0)
        server.tasks["second"].cancel()
        server.answer("first")
        await settled()
        assert server.sent[-1] == "third"


@pytest.mark.usefixtures("late")
async def test_a_requester_is_told_of_each_late_answer() -> None:
    calls: list[int] = []
    async with Server(3) as server:
        with requesting(), current().when_late(lambda: calls.append(1)):
            server.send("a", "b")
            await settled()
        with requesting():
            server.send("c")
            await settled()
        assert len(calls) == 2
