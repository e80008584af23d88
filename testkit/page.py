"""What a browser sends to the server of Vidra's page, and what it makes of the stream."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import msgspec

from testkit.patience import HANG

Json = dict[str, Any]
LIMIT = aiohttp.ClientTimeout(total=HANG)


class Answer(msgspec.Struct, frozen=True):
    """An answer."""

    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return msgspec.json.decode(self.text)

    @property
    def error(self) -> str:
        """The sentence of a failure."""
        return str(self.json["error"])


class Browser:
    """A page that is open, or anybody else who can send requests.

    Args:
        origin: Where the server is.
    """

    def __init__(self, session: aiohttp.ClientSession, origin: str) -> None:
        self.session = session
        self.origin = origin
        self.secret = ""

    async def log_in(self, code: str) -> Answer:
        """Trade a code for a session."""
        answer = await self.post("api/login", {"code": code})
        if answer.status == 200:
            self.secret = answer.json["session"]
        return answer

    async def get(self, path: str, headers: Mapping[str, str] | None = None, **query: str) -> Answer:
        """A read, with the session's secret."""
        return await self.send("GET", path, headers={**self._proof(), **(headers or {})}, query=query)

    async def post(self, path: str, body: Any, headers: Mapping[str, str | None] | None = None) -> Answer:
        """A write as the page sends it; a header that is None is left out."""
        usual = {
            **self._proof(),
            "Content-Type": "application/json",
            "X-Vidra-Request": "1",
            "Origin": self.origin,
            "Sec-Fetch-Site": "same-origin",
        }
        given = {name: value for name, value in {**usual, **(headers or {})}.items() if value is not None}
        return await self.send("POST", path, headers=given, body=msgspec.json.encode(body))

    async def send(
        self,
        method: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Any request."""
        url = f"{self.origin}/{path}"
        async with self.session.request(
            method, url, headers=headers, params=query, data=body, timeout=LIMIT, allow_redirects=False
        ) as answer:
            return Answer(answer.status, dict(answer.headers), await answer.text())

    @asynccontextmanager
    async def stream(self, tables: str, **query: str) -> AsyncIterator[Callable[[str], Any]]:
        """A stream: ``await events("snapshot")`` gives the data of the next event of that name."""
        params = {"tables": tables, **query}
        timeout = aiohttp.ClientTimeout(total=None, sock_read=HANG)
        async with self.session.get(
            f"{self.origin}/api/stream", params=params, headers=self._proof(), timeout=timeout
        ) as answer:
            assert answer.status == 200, await answer.text()

            async def following(name: str) -> Any:
                event = ""
                async for line in answer.content:
                    word, _, rest = line.decode().rstrip("\n").partition(": ")
                    if word == "event":
                        event = rest
                    elif word == "data" and event == name:
                        return msgspec.json.decode(rest)
                raise AssertionError(f"the stream ended without {name}")

            yield following

    def _proof(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secret}"} if self.secret else {}
