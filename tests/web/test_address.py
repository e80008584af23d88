import asyncio

import aiohttp
import pytest

from vidra.web.bind import BindError, address
from vidra.web.server import health, serving


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (":8080", (None, 8080)),
        ("127.0.0.1:8080", ("127.0.0.1", 8080)),
        ("[::1]:8080", ("::1", 8080)),
        ("localhost:0", ("localhost", 0)),
        ("10.1.2.3:65535", ("10.1.2.3", 65535)),
    ],
)
def test_addresses(text: str, expected: tuple[str | None, int]) -> None:
    assert address(text) == expected


@pytest.mark.parametrize("text", ["", "8080", "a", "a:", ":a", ":65536", ":-1", ":80 ", ":²", ":999999", "a:80:b"])
def test_what_is_no_address_says_how_one_looks(text: str) -> None:
    with pytest.raises(BindError, match="write host:port or :port, or 0 to serve nothing"):
        address(text)


async def test_readiness_follows_the_operators() -> None:
    ready, deaf = asyncio.Event(), [""]
    async with serving("127.0.0.1:0", health(ready, lambda: deaf[0])) as port, aiohttp.ClientSession() as session:
        url = f"http://127.0.0.1:{port}"
        for path, status in (("/healthz", 200), ("/readyz", 503)):
            async with session.get(url + path) as answer:
                assert answer.status == status
        ready.set()
        async with session.get(f"{url}/readyz") as answer:
            assert answer.status == 200
        deaf[0] = "/apis/things"
        async with session.get(f"{url}/readyz") as answer:
            assert answer.status == 503
            assert "sends no more news of /apis/things" in await answer.text()
        async with session.get(f"{url}/healthz") as answer:
            assert answer.status == 200


async def test_there_is_nothing_else_there() -> None:
    async with serving("127.0.0.1:0", health(asyncio.Event())) as port, aiohttp.ClientSession() as session:
        for method, path, status in (("GET", "/x", 404), ("POST", "/healthz", 405), ("HEAD", "/healthz", 200)):
            async with session.request(method, f"http://127.0.0.1:{port}{path}") as answer:
                assert answer.status == status


async def test_a_host_that_is_not_ours_is_said() -> None:
    with pytest.raises(BindError, match=r"^cannot serve on 192\.0\.2\.1:80: "):
        async with serving("192.0.2.1:80", {}):
            pass


async def test_zero_serves_nothing() -> None:
    async with serving("0", {}) as port:
        assert port == 0
