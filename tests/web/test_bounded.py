"""Strangers who hold connections, or send what is no HTTP, keep nobody else from being served."""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator

import pytest
from aiohttp import web
from structlog.testing import capture_logs

from testkit.eventually import eventually
from testkit.patience import HANG
from vidra.web import limits as module
from vidra.web.bind import BindError
from vidra.web.limits import ConnectionFailure, bounded
from vidra.web.server import health, serving


class Served:
    """A server, and what became of connections without an answer."""

    def __init__(self) -> None:
        self.port = 0
        self.mishaps: list[ConnectionFailure] = []

    async def answer(self, path: str = "/") -> bytes:
        """The first line that a request gets; empty when the connection just ends."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            return await reader.readline()
        except ConnectionError:
            return b""
        finally:
            writer.close()


@pytest.fixture
async def served(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Served]:
    """One that takes two connections at a time."""

    async def hello(_: web.BaseRequest) -> web.Response:
        return web.Response(text="hello")

    monkeypatch.setattr(module, "MOST", 2)
    found = Served()
    async with bounded("127.0.0.1:0", hello, found.mishaps.append) as port:
        found.port = port
        yield found


async def test_more_connections_than_there_may_be_are_turned_away(served: Served) -> None:
    held = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(2)]
    assert await served.answer() == b""
    assert served.mishaps == [ConnectionFailure.TOO_MANY]
    for _, writer in held:
        writer.close()
        await writer.wait_closed()

    async def answered() -> bool:
        return await served.answer() == b"HTTP/1.1 200 OK\r\n"

    await eventually(answered)


@pytest.mark.parametrize("many", [2, 40])
async def test_where_the_oldest_goes_everybody_is_answered_however_many_do_nothing(
    monkeypatch: pytest.MonkeyPatch, many: int
) -> None:
    """A probe that gets no answer ends the operator, and descriptors that strangers hold are missing elsewhere."""
    monkeypatch.setattr(module, "MOST", 2)
    served = Served()
    async with serving("127.0.0.1:0", health(asyncio.Event())) as served.port:
        held = [await asyncio.open_connection("127.0.0.1", served.port) for _ in range(many)]
        assert await served.answer("/healthz") == b"HTTP/1.1 200 OK\r\n"
        async with asyncio.timeout(HANG):
            ended = [await reader.read() for reader, _ in held[:-1]]
        assert ended == [b""] * (many - 1)
        for _, writer in held:
            writer.close()


async def test_a_connection_that_says_nothing_ends(served: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST", 0.05)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"POST / HTTP/1.1\r\nHost:")
    async with asyncio.timeout(HANG):
        assert await reader.read() == b""
    writer.close()
    assert served.mishaps == [ConnectionFailure.UNFINISHED]


async def test_what_is_no_http_fills_no_log(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    writer.write(b"\x16\x03\x01 hello\r\n\r\nGET\r\n\r\n")
    assert b" 400 " in await reader.readline()
    writer.close()
    assert served.mishaps == [ConnectionFailure.NO_HTTP]
    assert "Traceback" not in caplog.text
    assert not [record for record in caplog.records if record.name.startswith(("aiohttp", "vidra"))]


async def test_an_address_that_is_taken_is_said(served: Served) -> None:
    async def never(_: web.BaseRequest) -> web.Response:
        raise AssertionError

    with pytest.raises(BindError, match="cannot serve on"):
        async with bounded(f"127.0.0.1:{served.port}", never, served.mishaps.append):
            pass


async def test_zero_serves_nothing() -> None:
    async def never(_: web.BaseRequest) -> web.Response:
        raise AssertionError

    async with bounded("0", never, lambda _: None) as port:
        assert port == 0


async def test_a_connection_that_ended_is_not_kept(served: Served) -> None:
    for _ in range(20):
        assert await served.answer() == b"HTTP/1.1 200 OK\r\n"

    def kept() -> int:
        gc.collect()
        return sum(isinstance(item, web.RequestHandler) for item in gc.get_objects())

    await eventually(lambda: kept() <= 1)


async def test_a_fault_is_logged() -> None:
    async def faulty(_: web.BaseRequest) -> web.Response:
        raise LookupError("a fault")

    served = Served()
    with capture_logs() as logs:
        async with bounded("127.0.0.1:0", faulty, served.mishaps.append) as served.port:
            assert b" 500 " in await served.answer()
    assert [line["event"] for line in logs] == ["a call failed"]
    assert served.mishaps == []
