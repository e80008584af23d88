import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from testkit.patience import HANG
from vidra.kube import client as module
from vidra.kube.client import Client, encode
from vidra.kube.connection import Connection
from vidra.kube.errors import ApiError, KubeError, UnreachableError
from vidra.kube.operations import create, look
from vidra.kube.partial_metadata import LiveObject

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
Pretend = Callable[[Handler], Awaitable[Client]]


class Answers:
    """Answers one after the other, the last one for good; None hangs up."""

    def __init__(self, *answers: web.Response | None) -> None:
        self._answers = list(answers)
        self.requests: list[web.Request] = []

    async def __call__(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if answer is None:
            assert request.transport is not None
            request.transport.abort()
            return web.Response()
        return web.Response(status=answer.status, reason=answer.reason, body=answer.body, headers=answer.headers)


def busy(seconds: str = "0") -> web.Response:
    return web.json_response({"kind": "Status", "message": "busy"}, status=429, headers={"Retry-After": seconds})


async def test_a_lost_answer_is_asked_for_again(pretend: Pretend) -> None:
    server = Answers(None, None, web.json_response({"a": 1}))
    client = await pretend(server)
    assert await client.get("/x", dict[str, int]) == {"a": 1}
    assert len(server.requests) == 3


async def test_after_three_attempts_the_server_counts_as_away(pretend: Pretend) -> None:
    server = Answers(None)
    client = await pretend(server)
    with pytest.raises(UnreachableError, match="cannot reach the API server http://127"):
        await client.send("PATCH", "/x", body=b"{}")  # not GET: aiohttp sends that twice by itself
    assert len(server.requests) == module.ATTEMPTS


async def test_what_must_not_be_repeated_is_sent_once(pretend: Pretend) -> None:
    server = Answers(None)
    client = await pretend(server)
    with pytest.raises(UnreachableError):
        await client.send("POST", "/x", body=b"{}", repeatable=False)
    assert len(server.requests) == 1


@pytest.mark.parametrize("repeatable", [True, False])
async def test_a_busy_server_is_asked_again_because_it_did_nothing_yet(pretend: Pretend, repeatable: bool) -> None:
    server = Answers(busy(), web.json_response({}))
    client = await pretend(server)
    assert await client.send("POST", "/x", body=b"{}", repeatable=repeatable) == b"{}"
    assert len(server.requests) == 2


async def test_a_long_pause_is_left_to_the_caller(pretend: Pretend) -> None:
    server = Answers(busy("3600"))
    client = await pretend(server)
    with pytest.raises(ApiError) as caught:
        await client.send("GET", "/x")
    assert (caught.value.code, caught.value.retry_after) == (429, 3600)
    assert len(server.requests) == 1


@pytest.mark.parametrize("text", ["soon", "-5", "inf", "nan", "1e9", "Wed, 21 Oct 2015 07:28:00 GMT"])
async def test_a_retry_after_that_is_no_number_of_seconds_counts_as_none(pretend: Pretend, text: str) -> None:
    client = await pretend(Answers(web.Response(status=503, headers={"Retry-After": text})))
    with pytest.raises(ApiError) as caught:
        await client.send("GET", "/x")
    assert caught.value.retry_after == 0


@pytest.mark.parametrize("status", [400, 403, 404, 409, 422, 500, 503])
async def test_any_other_refusal_is_final(pretend: Pretend, status: int) -> None:
    said = {"kind": "Status", "message": "no", "reason": "Because", "details": {"causes": [{"field": "spec.x"}]}}
    server = Answers(web.json_response(said, status=status))
    client = await pretend(server)
    with pytest.raises(ApiError, match=r"^no$") as caught:
        await client.send("GET", "/x")
    error = caught.value
    assert (error.code, error.reason, [cause.field for cause in error.causes]) == (status, "Because", ["spec.x"])
    assert len(server.requests) == 1


async def test_redirects_are_refused(pretend: Pretend) -> None:
    server = Answers(web.Response(status=302, headers={"Location": "http://127.0.0.1:1/elsewhere"}))
    client = await pretend(server)
    with pytest.raises(ApiError, match="answered 302") as caught:
        await client.send("GET", "/x")
    assert caught.value.code == 302
    assert len(server.requests) == 1


@pytest.mark.parametrize("body", [b"<html>Log in</html>", b"", b'{"a": "text"}', b'{"a": 1'])
async def test_an_answer_that_is_not_what_was_asked_for_is_no_answer(pretend: Pretend, body: bytes) -> None:
    client = await pretend(Answers(web.Response(body=body)))
    with pytest.raises(UnreachableError, match="does not talk like an API server"):
        await client.get("/x", dict[str, int])


async def test_a_slow_server_counts_as_away(pretend: Pretend, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(_: web.Request) -> web.StreamResponse:
        await asyncio.Event().wait()
        raise AssertionError

    monkeypatch.setattr(module, "TIMEOUT", aiohttp.ClientTimeout(total=0.1))
    client = await pretend(never)
    with pytest.raises(UnreachableError, match="no answer in time"):
        await client.send("GET", "/x", repeatable=False)


async def test_no_more_requests_are_in_flight_than_allowed(pretend: Pretend) -> None:
    now, most = 0, 0

    async def count(_: web.Request) -> web.StreamResponse:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.005)
        now -= 1
        return web.json_response({})

    pretended = await pretend(count)
    client = Client(pretended.connection, in_flight=4)
    await asyncio.gather(*(client.send("GET", "/x") for _ in range(20)))
    await client.close()
    assert most == 4


async def test_the_credentials_are_sent_and_never_told(pretend: Pretend) -> None:
    server = Answers(web.Response(status=401, text="s3cret-token is not known"), None)
    client = await pretend(server)
    errors: list[KubeError] = []
    for _ in range(2):
        with pytest.raises(KubeError) as caught:
            await client.send("GET", "/x", repeatable=False)
        errors.append(caught.value)
    assert server.requests[0].headers["Authorization"] == "Bearer s3cret-token"
    assert "s3cret" not in repr(errors) + str(errors) + repr(client.connection)


@pytest.mark.parametrize(("seconds", "most"), [(10**400, 86_400), (-5, 0), (7, 7)])
async def test_a_server_can_ask_for_a_pause_within_reason(pretend: Pretend, seconds: int, most: float) -> None:
    body = f'{{"message": "later", "details": {{"retryAfterSeconds": {seconds}}}}}'
    client = await pretend(Answers(web.Response(status=503, text=body, content_type="application/json")))
    with pytest.raises(ApiError, match="later") as caught:
        await client.send("GET", "/x")
    assert caught.value.retry_after == most


@pytest.mark.parametrize(
    ("connection", "secret"),
    [({"token": "s3cret-token"}, "s3cret"), ({"username": "me", "password": 's3cret"\\word'}, "s3cret")],
    ids=["token", "password"],
)
async def test_what_a_server_repeats_of_the_credentials_is_not_told(
    pretend: Pretend, connection: dict[str, Any], secret: str
) -> None:
    """A proxy before an API server may be a talkative one."""
    sent = Connection(server="", **connection).authorization()
    echo = f"you sent {sent}, that is {json.dumps(connection)}"
    causes = [{"reason": echo, "message": echo, "field": echo}]
    status = {"kind": "Status", "message": echo, "reason": echo, "details": {"causes": causes}}
    answers = Answers(
        web.json_response(status, status=422),
        web.Response(status=500, reason=f"you sent {sent}"),
        web.json_response(status, status=403),
    )
    pretended = await pretend(answers)
    client = Client(Connection(server=pretended.connection.server, **connection))
    for _ in range(3):
        with pytest.raises(ApiError) as caught:
            await client.send("GET", "/x")
        told = str(caught.value) + caught.value.reason + str(caught.value.causes)
        assert secret not in told
        assert sent.partition(" ")[2] not in told
    with pytest.raises(ApiError, match=r"you sent \w+ \*\*\*, that is"):
        async with client.stream("/x", query={}, accept="application/json", silence=HANG):
            pass
    await client.close()


async def test_a_token_file_that_is_away_is_a_failure_like_others(pretend: Pretend, tmp_path: Any) -> None:
    pretended = await pretend(Answers(web.json_response({})))
    client = Client(Connection(server=pretended.connection.server, token_file=str(tmp_path / "token")))
    with pytest.raises(UnreachableError, match="the token for http"):
        await client.send("GET", "/x")
    (tmp_path / "token").write_text("here\n")
    assert await client.send("GET", "/x") == b"{}"
    await client.close()


async def test_a_body_of_more_than_a_megabyte_is_sent_whole(admin: Client, namespace: str) -> None:
    data = {"text": "x" * ((1 << 20) + (1 << 16))}
    body = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "large"}, "data": data}
    with pytest.raises(ApiError) as refused:
        await admin.send("POST", f"/api/v1/namespaces/{namespace}/configmaps", body=encode(body))
    assert refused.value.code in {413, 422}  # it was read to its end: no ConfigMap may be that large


@pytest.mark.parametrize("body", [b"[" * 200_000, b"<html>", b"\xff"])
async def test_what_is_no_answer_of_an_api_server_is_no_answer(pretend: Pretend, body: bytes) -> None:
    client = await pretend(Answers(web.Response(body=body)))
    for ask in (client.get("/x", dict[str, Any]), create(client, "/x", b"{}", LiveObject), look(client, "/x")):
        with pytest.raises(UnreachableError, match="does not talk like an API server"):
            await ask


async def test_what_is_too_deep_is_not_read_whole(pretend: Pretend) -> None:
    """Into a struct it is read without what is too deep (`test_decode.py`): what Vidra needs of it is not there."""
    client = await pretend(Answers(web.Response(body=b'{"a": ' + b"[" * 200_000 + b"]" * 200_000 + b"}")))
    with pytest.raises(UnreachableError, match="does not talk like an API server"):
        await client.get("/x", dict[str, Any])


async def test_a_refusal_that_is_deep_is_a_refusal(pretend: Pretend) -> None:
    client = await pretend(Answers(web.Response(status=403, body=b'{"details": ' + b"[" * 200_000)))
    with pytest.raises(ApiError, match="answered 403"):
        await client.send("GET", "/x")


async def test_an_answer_without_an_end_is_not_read_to_its_end(pretend: Pretend) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse()
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):
            while True:
                await response.write(b" " * 1_000_000)
        return response

    whole = await pretend(endless)
    client = Client(whole.connection, largest=3_000_000)
    with pytest.raises(UnreachableError, match="says more than 3,000,000 bytes at once"):
        await client.send("GET", "/x")
    await client.close()


@pytest.mark.parametrize("path", ["/api/../secrets", "/api/v1/namespaces/./x", "/api/.."])
async def test_no_request_has_a_dot_segment(pretend: Pretend, path: str) -> None:
    server = Answers(web.json_response({}))
    client = await pretend(server)
    with pytest.raises(ApiError, match="no API server has the path"):
        await client.send("GET", path)
    assert server.requests == []
