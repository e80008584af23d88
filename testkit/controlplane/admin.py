"""Plain requests to the API server as its administrator, for what a test arranges or looks at."""

import ssl
from typing import Any

import aiohttp
import msgspec


class Answer(msgspec.Struct, frozen=True):
    """What the API server answered; a body that is not JSON is its text."""

    status: int
    body: Any


class Admin:
    """A client with all rights and no opinion: it raises for no status."""

    def __init__(self, *, server: str, ca: bytes, token: str) -> None:
        self._http = aiohttp.ClientSession(
            server,
            headers={"Authorization": f"Bearer {token}", "User-Agent": "vidra-testing"},
            connector=aiohttp.TCPConnector(ssl=ssl.create_default_context(cadata=ca.decode()), limit=0),
        )

    async def request(
        self, method: str, path: str, body: object = None, *, content_type: str = "application/json"
    ) -> Answer:
        """Send one request; a body is sent as JSON."""
        data = None if body is None else msgspec.json.encode(body)
        async with self._http.request(method, path, data=data, headers={"Content-Type": content_type}) as response:
            read = await response.read()
            is_json = read and response.content_type == "application/json"
            return Answer(response.status, msgspec.json.decode(read) if is_json else read.decode())

    async def close(self) -> None:
        """Close every connection."""
        await self._http.close()
