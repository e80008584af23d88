"""The way from an operator to its API server, which can be cut at any moment: answers are lost, requests are not."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_PIECE = 1 << 16


class Wire:
    """Hands bytes on between a port of its own and a server.

    Attributes:
        url: What to connect to instead of the server.
        delay: Seconds that each piece takes on its way there.
    """

    url: str

    def __init__(self, server: str) -> None:
        self.lead_to(server)
        self.delay = 0.0
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self._broken = False

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"https://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self._drop()

    def lead_to(self, server: str) -> None:
        """Have new connections end at this server."""
        parts = urlsplit(server)
        assert parts.hostname
        assert parts.port
        self._host, self._port = parts.hostname, parts.port

    async def cut(self, seconds: float) -> None:
        """Drop every connection; new ones come to nothing for so long."""
        self._broken = True
        self._drop()
        await asyncio.sleep(seconds)
        self._broken = False

    def _drop(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            if not self._broken:
                with suppress(OSError):
                    await self._join(reader, writer)
        finally:
            self._writers.discard(writer)
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reads, there_writes = await asyncio.open_connection(self._host, self._port)
        self._writers.add(there_writes)
        try:
            there = self._pump(reader, there_writes, self.delay)
            ways = {asyncio.create_task(there), asyncio.create_task(self._pump(there_reads, writer))}
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
        finally:
            self._writers.discard(there_writes)
            there_writes.transport.abort()

    @staticmethod
    async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, delay: float = 0) -> None:
        while piece := await reader.read(_PIECE):
            if delay:
                await asyncio.sleep(delay)
            writer.write(piece)
            await writer.drain()
