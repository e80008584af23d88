"""Infrahub is away, slow or ill: what is tried again, how often, and what is said in the end."""

from __future__ import annotations

import asyncio
import ssl
import time

import pytest
import trustme
from msgspec.structs import replace

from testkit.infrahub import Answered, Dropped, Fault, Slow, StandIn, Truncated
from testkit.patience import NEVER
from vidra.api.reasons import Reason
from vidra.sources.infrahub import Credential, Infrahub, InfrahubLimits, Selection
from vidra.sources.infrahub.errors import may_pass
from vidra.sources.protocol import SourceError
from vidra.sources.transport.messages import Answer
from vidra.sources.transport.retry import read_retry_after, wait_before

QUERY = "/api/query/*"


@pytest.mark.parametrize(
    "fault",
    [
        Answered(500),
        Answered(502, "<html>bad gateway</html>", "text/html"),
        Answered.error(503, "Database unavailable"),
        Answered(504),
        Answered.throttled("0"),
        Dropped(),
        Truncated(),
    ],
)
async def test_what_may_pass_is_tried_again(
    standin: StandIn, infrahub: Infrahub, selection: Selection, fault: Fault
) -> None:
    standin.add_artifact("Webserver_Manifest", "a: 1\n")
    standin.faults.add(fault, QUERY, times=2)
    assert len((await infrahub.list(selection)).units) == 1
    assert standin.requests.count("/api/query") == 3


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Answered(500), (Reason.INFRAHUB_ERROR, "answers 500")),
        (Answered.error(503, "Database unavailable"), (Reason.INFRAHUB_ERROR, "Database unavailable")),
        (Answered.throttled("0"), (Reason.INFRAHUB_ERROR, "answers 429")),
        (Dropped(), (Reason.INFRAHUB_UNREACHABLE, "broke off")),
        (Truncated(), (Reason.INFRAHUB_UNREACHABLE, "broke off")),
        (Slow(NEVER), (Reason.INFRAHUB_UNREACHABLE, "does not answer in time")),
    ],
)
async def test_trouble_that_stays_is_given_up_after_three_attempts(
    standin: StandIn, limits: InfrahubLimits, selection: Selection, fault: Fault, told: tuple[Reason, str]
) -> None:
    if isinstance(fault, Slow):
        limits = replace(limits, timeout=0.3)
    client = Infrahub(standin.url, Credential(token=standin.token), limits)
    standin.faults.add(fault, QUERY)
    with pytest.raises(SourceError, match=told[1]) as caught:
        await client.list(selection)
    await client.close()
    assert caught.value.reason == told[0]
    assert standin.url in str(caught.value)
    assert standin.requests.count("/api/query") == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
async def test_what_does_not_pass_is_not_tried_again(
    standin: StandIn, limits: InfrahubLimits, selection: Selection, status: int
) -> None:
    client = Infrahub(standin.url, Credential(token=standin.token), limits)
    standin.faults.add(Answered.error(status, "no"), QUERY)
    with pytest.raises(SourceError):
        await client.list(selection)
    await client.close()
    assert standin.requests.count() == 1


async def test_a_long_retry_after_is_left_to_the_caller(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.faults.add(Answered.throttled("120"), QUERY)
    with pytest.raises(SourceError) as caught:
        await infrahub.list(selection)
    assert caught.value.retry_after == 120
    assert standin.requests.count("/api/query") == 1


async def test_a_short_retry_after_is_waited_for(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    standin.faults.add(Answered.throttled("1"), QUERY, times=1)
    began = time.monotonic()
    await infrahub.list(selection)
    assert time.monotonic() - began >= 1  # which a busy machine only makes longer


async def test_infrahub_away_and_back(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    standin.add_artifact("Webserver_Manifest", "a: 1\n")
    before = await infrahub.list(selection)
    await standin.stop()
    with pytest.raises(SourceError, match="cannot be connected to") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.INFRAHUB_UNREACHABLE
    await standin.start()
    assert await infrahub.list(selection) == before
    assert standin.requests.count("/api/auth/login") == 1


async def test_one_slow_answer_does_not_hold_the_others_up(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.faults.add(Slow(NEVER), "/api/query/Slow")
    await infrahub.list(selection)
    slow = asyncio.create_task(infrahub.list(replace(selection, query="Slow")))
    await asyncio.gather(*(infrahub.list(selection) for _ in range(30)))
    assert not slow.done()
    slow.cancel()
    await asyncio.gather(slow, return_exceptions=True)


async def test_waiting_for_a_free_connection_is_no_time_out(
    standin: StandIn, limits: InfrahubLimits, selection: Selection
) -> None:
    client = Infrahub(
        standin.url, Credential(token=standin.token), replace(limits, concurrency=2, timeout=2, attempts=1)
    )
    standin.faults.add(Slow(0.25), QUERY)
    await asyncio.gather(*(client.list(selection) for _ in range(20)))
    await client.close()


async def test_a_host_name_that_does_not_resolve(limits: InfrahubLimits, selection: Selection) -> None:
    client = Infrahub("http://infrahub.invalid:8000", Credential(token="key"), limits)
    with pytest.raises(SourceError, match="does not resolve") as caught:
        await client.list(selection)
    await client.close()
    assert caught.value.reason == Reason.INFRAHUB_UNREACHABLE


async def test_a_certificate_of_an_unknown_ca(limits: InfrahubLimits, selection: Selection) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    trustme.CA().issue_cert("127.0.0.1").configure_cert(tls)
    async with StandIn(tls=tls) as standin:
        client = Infrahub(standin.url, Credential(token=standin.token), limits)
        with pytest.raises(SourceError, match="certificate that is not trusted") as caught:
            await client.list(selection)
        await client.close()
    assert caught.value.reason == Reason.INFRAHUB_UNREACHABLE


async def test_https_where_http_is_spoken(standin: StandIn, limits: InfrahubLimits, selection: Selection) -> None:
    client = Infrahub(standin.url.replace("http:", "https:"), Credential(token="key"), limits)
    with pytest.raises(SourceError, match="does not speak TLS"):
        await client.list(selection)
    await client.close()


async def test_something_that_does_not_speak_http(limits: InfrahubLimits, selection: Selection) -> None:
    async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"SSH-2.0-OpenSSH_9.6\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(babble, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = Infrahub(f"http://127.0.0.1:{port}", Credential(token="key"), limits)
    with pytest.raises(SourceError, match="does not speak HTTP") as caught:
        await client.list(selection)
    await client.close()
    server.close()
    assert caught.value.reason == Reason.NOT_INFRAHUB


@pytest.mark.parametrize(
    ("text", "seconds"), [("5", 5.0), ("", None), ("soon", None), ("-1", None), ("Mon, 23 Nov 2020 00:00:00 GMT", 0.0)]
)
def test_retry_after_is_seconds_or_a_date(text: str, seconds: float | None) -> None:
    assert read_retry_after(text) == seconds


def test_waits_are_random_and_grow() -> None:
    limits = InfrahubLimits(backoff=1.0, attempts=3)
    second = [wait_before(2, limits, None) or 0.0 for _ in range(200)]
    third = [wait_before(3, limits, None) or 0.0 for _ in range(200)]
    assert 0.5 < max(second) <= 1 < max(third) <= 2
    assert min(third) < 0.5
    assert wait_before(4, limits, None) is None


def test_only_a_502_of_infrahub_itself_is_final() -> None:
    told = b'{"data":null,"errors":[{"message":"x","extensions":{"code":502}}]}'
    assert not may_pass(Answer(502, "application/json", told))
    assert may_pass(Answer(502, "application/json", b"{}"))
    assert may_pass(Answer(502, "text/html", b""))
    assert may_pass(Answer(503, "application/json", told))
    assert not may_pass(Answer(501, "text/plain", b""))
