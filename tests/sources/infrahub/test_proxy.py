"""An Infrahub behind a forward proxy is reached through it, as the environment says."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from yarl import URL

from testkit.infrahub import StandIn
from vidra.sources.infrahub import Credential, Infrahub, InfrahubLimits, Selection
from vidra.sources.protocol import SourceError
from vidra.sources.transport.proxies import proxy_for

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://infrahub.example.com", "http://secure.example.com:3128"),
        ("http://infrahub.example.com:8000", "http://plain.example.com:3128"),
        ("https://near.example.org", None),
        ("https://127.0.0.1:8000", None),
        ("http://localhost:8000", None),
    ],
)
def test_the_environment_says_which(monkeypatch: pytest.MonkeyPatch, url: str, expected: str | None) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://secure.example.com:3128")
    monkeypatch.setenv("HTTP_PROXY", "http://plain.example.com:3128")
    monkeypatch.setenv("NO_PROXY", "example.org")
    assert proxy_for(URL(url)) == (URL(expected) if expected else None)


@pytest.mark.parametrize("proxy", ["", "no address", "socks5://a.example.com", "http://[", "http://:3128"])
def test_what_cannot_be_one_is_none(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    assert proxy_for(URL("https://infrahub.example.com")) is None


@asynccontextmanager
async def proxy_to(port: int) -> AsyncIterator[tuple[int, list[bytes]]]:
    """A proxy that knows one server, whatever is asked for; with the lines that it was asked by."""
    lines: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        lines.append(head.partition(b"\r\n")[0])
        there, away = await asyncio.open_connection("127.0.0.1", port)
        method, target, version = lines[-1].split(b" ")
        path = URL(target.decode(), encoded=True).raw_path_qs.encode()
        away.write(head.replace(lines[-1], b" ".join((method, path, version))).replace(b"keep-alive", b"close"))

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            while chunk := await source.read(65536):
                sink.write(chunk)
                await sink.drain()
            sink.close()

        await asyncio.gather(pump(reader, away), pump(there, writer), return_exceptions=True)

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], lines


async def test_requests_go_through_it(
    standin: StandIn, selection: Selection, limits: InfrahubLimits, monkeypatch: pytest.MonkeyPatch
) -> None:
    id_ = standin.add_artifact(selection.artifact_name, "a: 1\n")
    async with proxy_to(URL(standin.url).port or 0) as (port, lines):
        monkeypatch.setenv("HTTP_PROXY", f"http://me:secret-word@127.0.0.1:{port}")
        infrahub = Infrahub("http://infrahub.example.com", Credential(token=standin.token), limits)
        assert [unit.id for unit in (await infrahub.list(selection)).units] == [id_]
        assert lines[0].startswith(b"POST http://infrahub.example.com/api/query/ArtifactIDs?")
        await infrahub.close()
    gone = Infrahub("http://infrahub.example.com", Credential(token=standin.token), limits)
    with pytest.raises(SourceError, match=f"asked through http://127.0.0.1:{port}") as caught:
        await gone.list(selection)
    assert "secret-word" not in str(caught.value)
    await gone.close()
