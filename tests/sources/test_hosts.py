"""Where Vidra connects to, whoever names the address."""

from __future__ import annotations

from collections.abc import AsyncIterator
from ipaddress import ip_address

import pytest
from aiohttp import web
from yarl import URL

from vidra.api.reasons import Reason
from vidra.sources.addresses import HostPatterns, refusal
from vidra.sources.hosts import AllowedHosts
from vidra.sources.protocol import SourceError
from vidra.sources.transport.client import Transport
from vidra.sources.transport.dialect import Dialect
from vidra.sources.transport.failures import Peer
from vidra.sources.transport.limits import TransportLimits
from vidra.sources.transport.messages import Request
from vidra.telemetry.http_requests import RequestCounter

LOOPBACK = ("127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::")
METADATA = ("169.254.169.254", "fe80::1", "fd00:ec2::254", "100.100.100.200", "::ffff:169.254.169.254")
NO_HOSTS = ("0.0.0.1", "::", "224.0.0.1", "ff02::1", "255.255.255.255")


@pytest.mark.parametrize("address", [*LOOPBACK, *METADATA, *NO_HOSTS])
@pytest.mark.parametrize("patterns", [(), ("*",), ("git.example.com", "10.0.0.0/8")])
def test_an_address_that_is_near_vidra_alone_is_refused(address: str, patterns: tuple[str, ...]) -> None:
    said = refusal("git.example.com", ip_address(address), 443, HostPatterns(patterns), ())
    assert "--source-host" in said


@pytest.mark.parametrize(
    ("patterns", "host", "address", "allowed"),
    [
        ((), "git.example.com", "10.1.2.3", True),
        ((), "git.example.com", "93.184.215.14", True),
        ((), "git.example.com", "fd12::1", True),
        (("127.0.0.1",), "127.0.0.1", "127.0.0.1", True),
        (("127.0.0.0/8",), "localhost", "127.0.0.1", True),
        (("169.254.0.0/16",), "x", "::ffff:169.254.169.254", True),
        (("git.example.com",), "git.example.com", "10.1.2.3", True),
        (("git.example.com",), "GIT.example.com.", "10.1.2.3", True),
        (("git.example.com",), "evil.example.com", "10.1.2.3", False),
        (("*.example.com",), "git.example.com", "10.1.2.3", True),
        (("*.example.com",), "example.com", "10.1.2.3", False),
        (("*.example.com",), "notexample.com", "10.1.2.3", False),
        (("10.0.0.0/8",), "any.example.org", "10.1.2.3", True),
        (("10.0.0.0/8",), "any.example.org", "11.1.2.3", False),
    ],
)
def test_a_list_of_hosts_says_what_else_is_refused(
    patterns: tuple[str, ...], host: str, address: str, allowed: bool
) -> None:
    assert (refusal(host, ip_address(address), 443, HostPatterns(patterns), ()) == "") is allowed


@pytest.mark.parametrize("entry", ["https://git.example.com", "git.example.com:8443", "*.", "", "10.0.0.0/99"])
def test_what_is_no_host_is_not_taken_into_the_list(entry: str) -> None:
    with pytest.raises(ValueError, match="is no host name"):
        HostPatterns((entry,))


async def test_an_api_server_is_refused_by_name_and_by_address() -> None:
    hosts = AllowedHosts((), lambda: ["https://10.96.0.1:443", "https://nosuch.invalid:6443", "https://[fd00::1]"])
    for address, port in (("10.96.0.1", 443), ("::ffff:10.96.0.1", 443), ("fd00::1", 443)):
        with pytest.raises(SourceError, match="API server") as caught:
            await hosts.check("kubernetes.default.svc", port, [address])
        assert caught.value.reason is Reason.HOST_NOT_ALLOWED
    await hosts.check("git.on.the.same.machine", 8443, ["10.96.0.1"])


@pytest.fixture
async def port() -> AsyncIterator[int]:
    """Of a server on loopback."""
    app = web.Application()

    async def answer(_: web.Request) -> web.Response:
        return web.Response(text="hello")

    app.router.add_get("/", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield int(runner.addresses[0][1])
    await runner.cleanup()


async def asked(url: str, patterns: tuple[str, ...]) -> bytes:
    peer = Peer("the server", Reason.SOURCE_UNREACHABLE, Reason.SOURCE_ERROR)
    limits, dialect = TransportLimits(attempts=1), Dialect(peer)
    transport = Transport(url, limits, RequestCounter(), dialect, hosts=AllowedHosts(patterns))
    try:
        return (await transport.send(Request("GET", URL(url), cap=100))).body
    finally:
        await transport.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::ffff:127.0.0.1]"])
@pytest.mark.parametrize("patterns", [(), ("*",), ("localhost", "git.example.com")])
async def test_the_address_that_is_connected_to_counts(port: int, host: str, patterns: tuple[str, ...]) -> None:
    url = f"http://{host}:{port}/"
    with pytest.raises(SourceError, match="--source-host") as caught:
        await asked(url, patterns)
    assert caught.value.reason is Reason.HOST_NOT_ALLOWED
    assert await asked(url, ("127.0.0.0/8",)) == b"hello"


@pytest.mark.parametrize("host", ["127.1", "0x7f000001", "2130706433", "0177.0.0.1"])
async def test_an_address_in_an_old_notation_leads_nowhere(port: int, host: str) -> None:
    with pytest.raises(SourceError) as caught:
        await asked(f"http://{host}:{port}/", ("*",))
    assert caught.value.reason in {Reason.HOST_NOT_ALLOWED, Reason.INVALID_SPEC, Reason.SOURCE_UNREACHABLE}
