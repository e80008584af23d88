"""Infrahub's calls are believed when they are signed, new and of this moment; all others are counted, no more."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import pytest
from structlog.testing import capture_logs

from testkit.infrahub.webhooks import signed_headers
from testkit.webhook_client import BODY, KEY, Ear
from vidra.controllers.sync.webhooks.event import ArtifactEvent
from vidra.web.webhooks import body as bodies
from vidra.web.webhooks.infrahub_caller import CAP
from vidra.web.webhooks.keys import Keys

Event = Callable[..., dict[str, Any]]


async def test_a_call_of_infrahub_is_heard_and_answered_202(ear: Ear) -> None:
    assert await ear.call() == 202
    assert ear.heard == [ArtifactEvent(branch="main", artifact="18a5", checksum="f" * 32)]
    assert ear.counts() == {"accepted": 1}


async def test_a_body_that_was_signed_as_it_is_sent_is_heard_too(ear: Ear) -> None:
    text = json.dumps(BODY, ensure_ascii=False, separators=(",", ":"))
    signed = _sign(f"msg_1.{int(time.time())}.{text}")
    headers = {"webhook_id": "msg_1", "webhook_timestamp": str(int(time.time())), "webhook_signature": signed}
    assert await ear.call(**headers) == 202


LETTERS = {"artifact_definition_name": 'Café 🐝 \u2028 \\u00e9 " , :', "node_id": "18a5"}


@pytest.mark.parametrize("spaced", [True, False], ids=["up to 1.6", "since 1.7"])
@pytest.mark.parametrize(
    "changes", [{}, {"data": LETTERS}, {"branch": "größe-Ж"}, {"account_id": "\x7f"}], ids=["", "name", "branch", "del"]
)
async def test_every_infrahub_is_heard_whatever_letters_it_uses(
    ear: Ear, event: Event, spaced: bool, changes: dict[str, Any]
) -> None:
    ear.spaced = spaced
    body = event(**changes)
    signed = {name.replace("-", "_"): value for name, value in signed_headers(KEY, body, spaced=spaced).items()}
    assert await ear.call(body, **signed) == 202


@pytest.mark.parametrize("spaced", [True, False], ids=["up to 1.6", "since 1.7"])
async def test_a_letter_that_is_another_one_is_forged(ear: Ear, event: Event, spaced: bool) -> None:
    signed = signed_headers(KEY, event(branch="größe"), spaced=spaced)
    headers = {name.replace("-", "_"): value for name, value in signed.items()}
    for other in ("große", "gr\u0308o\u0308ße", "gr\\u00f6ße", "größe "):
        assert await ear.call(event(branch=other), **headers) == 401
    assert ear.counts() == {"forged": 4}


async def test_one_right_signature_among_several_is_enough(ear: Ear) -> None:
    right = signed_headers(KEY, BODY)
    signature = f"v1,{base64.b64encode(b'wrong').decode()} v1a,other {right['webhook-signature']}"
    headers = {"webhook_id": right["webhook-id"], "webhook_timestamp": right["webhook-timestamp"]}
    assert await ear.call(**headers, webhook_signature=signature) == 202


@pytest.mark.parametrize("seconds", [-290, 290])
async def test_clocks_may_differ_by_five_minutes(ear: Ear, seconds: int) -> None:
    assert await ear.call(**_signed_at(seconds)) == 202


@pytest.mark.parametrize("seconds", [-310, 310, -(10**9)])
async def test_a_call_of_another_time_is_refused(ear: Ear, seconds: int) -> None:
    assert await ear.call(**_signed_at(seconds)) == 401
    assert (ear.heard, ear.counts()) == ([], {"expired": 1})


async def test_another_key_another_time_and_another_body_are_forged(ear: Ear, event: Event) -> None:
    assert await ear.call(key="another") == 401
    assert await ear.call(webhook_timestamp=str(int(time.time()) - 1)) == 401
    assert await ear.call(webhook_id="msg_other") == 401
    assert await ear.call(json.dumps(event(branch="other")).encode()) == 401
    assert (ear.heard, ear.counts()) == ([], {"forged": 4})


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook_id": None},
        {"webhook_id": "with.dot"},
        {"webhook_id": "x" * 129},
        {"webhook_timestamp": None},
        {"webhook_timestamp": "now"},
        {"webhook_timestamp": "-1"},
        {"webhook_timestamp": "1" * 13},
        {"webhook_signature": None},
        {"webhook_signature": "v1,no base64"},
        {"webhook_signature": "v2,AAAA"},
        {"webhook_signature": " ".join(["v1,AAAA"] * 9)},
    ],
)
async def test_headers_of_another_form_are_refused_before_the_body_is_read(ear: Ear, headers: dict[str, Any]) -> None:
    assert await ear.call(**headers) == 400
    assert ear.counts() == {"malformed": 1}


_EVENT = b'{"id": "x", "event": "infrahub.artifact.updated", "branch": "main", "data": '
_DEEP = b"[" * 15_000 + b"]" * 15_000


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b'{"id": 1}', b'{"event": "x"}', b"\xff", b'{"a": 1 2}'),
        pytest.param(_EVENT + _DEEP + b"}", id="deep data"),
        pytest.param(_EVENT + b'{"node_id": "n", "x": ' + _DEEP + b"}}", id="deep in the data"),
        pytest.param(b'{"x": ' + _DEEP + b"}", id="deep elsewhere"),
        pytest.param(b'{"a":' * 6_000, id="deep without an end"),
    ],
)
async def test_a_signed_body_that_is_no_event_is_refused(ear: Ear, body: bytes) -> None:
    signed = _sign(f"msg_1.{int(time.time())}.", body)
    headers = {"webhook_id": "msg_1", "webhook_timestamp": str(int(time.time())), "webhook_signature": signed}
    assert await ear.call(body, **headers) == 400
    assert (ear.heard, ear.counts()) == ([], {"malformed": 1})


async def test_the_same_event_is_heard_once(ear: Ear) -> None:
    assert [await ear.call() for _ in range(4)] == [202] * 4
    assert (len(ear.heard), ear.counts()) == (1, {"accepted": 1, "duplicate": 3})


async def test_other_events_are_taken_and_ignored(ear: Ear, event: Event) -> None:
    assert await ear.call(event(event="infrahub.node.updated", data={"anything": [1]})) == 202
    assert await ear.call(event(branch=None)) == 202
    assert await ear.call(event(event="infrahub.node.deleted", data={"kind": "InfraDevice", "node_id": "d"})) == 202
    assert await ear.call(event(branch="feature")) == 202
    assert ear.counts() == {"ignored": 3, "unconcerned": 1}


async def test_a_large_body_is_cut_off_while_it_comes(ear: Ear) -> None:
    taken = 0

    async def chunks() -> AsyncIterator[bytes]:
        nonlocal taken
        for _ in range(10_000):
            taken += 1
            yield b" " * 16_384

    assert await ear.call(b" " * (CAP + 1)) == 413
    with_chunks = await _status_or_end(ear, chunks())
    assert with_chunks in {413, 0}
    assert taken < 10_000
    assert ear.counts() == {"too_large": 2}


async def test_a_sender_that_takes_its_time_is_cut_off(ear: Ear, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "READ_WITHIN", 0.1)
    reader, writer = await asyncio.open_connection("127.0.0.1", ear.port)
    head = "".join(f"{name}: {value}\r\n" for name, value in signed_headers(KEY, BODY).items())
    writer.write(f"POST /webhooks/infrahub HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n{head}\r\n{{".encode())
    assert b" 408 " in await reader.readline()
    await reader.read()
    writer.close()
    assert ear.counts() == {"too_slow": 1}


async def test_a_body_that_breaks_off_is_counted(ear: Ear) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", ear.port)
    head = "".join(f"{name}: {value}\r\n" for name, value in signed_headers(KEY, BODY).items())
    writer.write(f"POST /webhooks/infrahub HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n{head}\r\nzz".encode())
    writer.write(b"\r\n\r\n")
    assert b" 400 " in await reader.readline()
    writer.close()
    assert ear.heard == []


async def test_other_paths_and_methods_are_counted(ear: Ear) -> None:
    assert await ear.call(path="/") == 404
    assert await ear.call(path="/webhooks/infrahub/") == 404
    assert await ear.call(method="GET") == 405
    assert ear.counts() == {"misdirected": 3}


async def test_an_operator_that_has_not_read_everything_says_so(ear: Ear) -> None:
    ear.ready = False
    assert await ear.call() == 503
    assert ear.counts() == {"not_ready": 1}


async def test_two_keys_are_good_while_one_takes_the_place_of_the_other(ear: Ear, event: Event) -> None:
    ear.keep("webhook", key="new", previous=KEY)
    assert await ear.call(event(), key=KEY) == 202
    assert await ear.call(event(), key="new") == 202
    ear.keep("webhook", key="new\n")
    assert await ear.call(event(), key=KEY) == 401
    assert await ear.call(event(), key="new") == 202


async def test_without_a_key_everything_is_refused_and_said_once(ear: Ear) -> None:
    with capture_logs() as lines:
        ear.keep("webhook", key="")
        assert [await ear.call() for _ in range(3)] == [401] * 3
    assert ear.counts() == {"no_key": 3}
    warnings = [line for line in lines if line["log_level"] == "warning"]
    assert len(warnings) == 1
    assert "vidra infrahub webhook apply" in warnings[0]["hint"]


async def test_a_key_may_be_for_one_infrahub_only(ear: Ear, event: Event) -> None:
    ear.keep("webhook", key=KEY, infrahub="https://one.example.com")
    await ear.call(event())
    ear.keep("both", key=KEY, infrahub="https://two.example.com")
    await ear.call(event())
    ear.keep("any", key=KEY)
    await ear.call(event())
    one, two = "https://one.example.com", "https://two.example.com"
    assert [heard.infrahubs for heard in ear.heard if isinstance(heard, ArtifactEvent)] == [
        frozenset({one}),
        frozenset({one, two}),
        frozenset(),
    ]


async def test_no_key_is_in_a_log_or_an_answer(ear: Ear) -> None:
    with capture_logs() as lines:
        ear.keep("more", key="a-secret-key")
        await ear.call()
        await ear.call(key="another")
        shown = repr(Keys(ear.secrets)) + repr(list(Keys(ear.secrets)))
    assert lines
    for key in ("a-secret-key", KEY):
        assert key not in str(lines) + shown


def _sign(text: str, rest: bytes = b"") -> str:
    digest = hmac.digest(KEY.encode(), text.encode() + rest, hashlib.sha256)
    return f"v1,{base64.b64encode(digest).decode()}"


def _signed_at(seconds: int) -> dict[str, str]:
    signed = signed_headers(KEY, BODY, now=time.time() + seconds)
    return {name.replace("-", "_"): value for name, value in signed.items()}


async def _status_or_end(ear: Ear, body: Any) -> int:
    """The status, or 0 when the connection ended while the body was being sent."""
    try:
        return await ear.call(body)
    except aiohttp.ClientError:
        return 0
