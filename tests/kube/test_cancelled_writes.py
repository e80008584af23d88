"""Who is cancelled while a write is under way goes when it has been answered, and knows the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from aiohttp import web

from vidra.kube.client import Client
from vidra.kube.errors import UnreachableError
from vidra.kube.run_all import together

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Pretend = Callable[[Handler], Awaitable[Client]]


class Slow:
    """Answers when it is told to."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.answer = asyncio.Event()
        self.paths: list[str] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.paths.append(request.path)
        self.asked.set()
        await self.answer.wait()
        return web.json_response({})


class Writer:
    """Writes one thing after the other, and notes what was answered."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self.noted: list[str] = []

    async def __call__(self, method: str = "POST") -> None:
        for path in ("/first", "/second"):
            await self._client.send(method, path, body=b"{}")
            self.noted.append(path)


@pytest.fixture
def slow() -> Slow:
    return Slow()


@pytest.fixture
async def client(pretend: Pretend, slow: Slow) -> Client:
    return await pretend(slow)


async def test_a_cancelled_write_is_answered_and_no_other_is_sent(client: Client, slow: Slow) -> None:
    write = Writer(client)
    task = asyncio.create_task(write())
    await slow.asked.wait()
    task.cancel()
    assert not await _ends(task)
    slow.answer.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (write.noted, slow.paths) == (["/first"], ["/first"])


async def test_a_cancellation_from_before_sends_nothing(client: Client, slow: Slow) -> None:
    task = asyncio.create_task(Writer(client)())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert slow.paths == []


async def test_a_time_out_counts_after_the_answer(client: Client, slow: Slow) -> None:
    write = Writer(client)

    async def hurried() -> None:
        async with asyncio.timeout(None) as limit:
            asyncio.get_running_loop().call_soon(_expire_when, slow.asked, limit)
            await write()

    task = asyncio.create_task(hurried())
    await slow.asked.wait()
    assert not await _ends(task)
    slow.answer.set()
    with pytest.raises(TimeoutError):
        await task
    assert write.noted == ["/first"]


async def test_all_of_several_writes_are_answered(client: Client, slow: Slow) -> None:
    writers = [Writer(client) for _ in range(3)]
    task = asyncio.create_task(together(write() for write in writers))
    while len(slow.paths) < 3:
        slow.asked.clear()
        await slow.asked.wait()
    task.cancel()
    assert not await _ends(task)
    slow.answer.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [write.noted for write in writers] == [["/first"]] * 3
    assert slow.paths == ["/first"] * 3


@pytest.mark.parametrize("how", ["read", "hasty", "rehearsal", "twice", "away"])
async def test_who_need_not_or_cannot_wait_goes_at_once(client: Client, slow: Slow, how: str) -> None:
    clients = {"hasty": client.hasty, "rehearsal": client.rehearsing}
    write = Writer(clients[how]() if how in clients else client)
    task = asyncio.create_task(write("GET" if how == "read" else "POST"))
    await slow.asked.wait()
    task.cancel()
    if how in {"twice", "away"}:
        assert not await _ends(task)
        if how == "twice":
            task.cancel()
        else:
            client.break_off()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert write.noted == []
    slow.answer.set()


async def test_connections_are_closed_after_the_answers_to_writes(client: Client, slow: Slow) -> None:
    """The credentials changed: nothing new is begun with the old ones."""
    write = Writer(client)
    task = asyncio.create_task(write())
    await slow.asked.wait()
    closing = asyncio.create_task(client.close())
    assert not await _ends(closing)
    with pytest.raises(UnreachableError, match="changed meanwhile"):
        await client.send("POST", "/late", repeatable=False)
    slow.answer.set()
    await closing
    with pytest.raises(UnreachableError, match="changed meanwhile"):
        await task
    assert (write.noted, slow.paths) == (["/first"], ["/first"])


async def _ends(task: "asyncio.Task[Any]") -> bool:
    """Whether it ends in as many turns of the loop as would do for who does not wait."""
    for _ in range(50):
        await asyncio.sleep(0)
    return task.done()


def _expire_when(event: asyncio.Event, limit: asyncio.Timeout) -> None:
    loop = asyncio.get_running_loop()
    if event.is_set():
        limit.reschedule(loop.time())
    else:
        loop.call_soon(_expire_when, event, limit)
