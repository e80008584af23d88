"""The stand-in answers as Infrahub 1.4.13 was seen to, to the byte."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import aiohttp
import pytest
from yarl import URL

from testkit.infrahub import RELEASES, Answered, Dropped, Slow, StandIn, StoredQuery
from testkit.infrahub.answers import RefusedError

JSON = "application/json"


class Case(NamedTuple):
    request: str
    status: int
    body: str
    sent: str | None = None
    auth: str = "key"


def error(code: int, message: str) -> str:
    return f'{{"data":null,"errors":[{{"message":"{message}","extensions":{{"code":{code}}}}}]}}'


def variable(what: str) -> str:
    return (
        '{"data":null,"errors":[{"message":{"message":"GraphQLQuery Strict: Variable \'$artifactname\' '
        + what
        + '","path":null,"locations":[{"line":1,"column":14}]},"extensions":{"code":502}}]}'
    )


NO_QUERY = "Unable to find the node Nope / <class 'infrahub.core.protocols.CoreGraphQLQuery'> in the database."
JSON_ERROR = (
    '{"detail":[{"type":"json_invalid","loc":["body",0],"msg":"JSON decode error","input":{},'
    '"ctx":{"error":"Expecting value"}}]}'
)
NEEDED = '{"detail":[{"type":"missing","loc":["body","password"],"msg":"Field required","input":{"username":"admin"}}]}'
CASES = [
    Case("POST /api/auth/login", 401, error(401, "Incorrect password"), '{"username":"admin","password":"x"}', "none"),
    Case(
        "POST /api/auth/login",
        404,
        error(404, "That login user doesn't exist in the system"),
        '{"username":"x","password":"x"}',
        "none",
    ),
    Case("POST /api/auth/login", 422, NEEDED, '{"username":"admin"}', "none"),
    Case("POST /api/auth/login", 422, JSON_ERROR, "xx", "none"),
    Case("GET /api/auth/login", 404, error(404, "The requested endpoint /api/auth/login does not exist")),
    Case("POST /api/auth/refresh", 401, error(401, "Invalid token"), None, "Bearer a.b.c"),
    Case(
        "POST /api/auth/refresh",
        401,
        error(401, "A JWT refresh token is required to perform this operation."),
        None,
        "none",
    ),
    Case(
        "POST /api/auth/logout",
        401,
        error(401, "A JWT access token is required to perform this operation."),
        None,
        "none",
    ),
    Case(
        "POST /api/query/ArtifactIDs?branch=main",
        200,
        '{"data":{"CoreArtifact":{"edges":[]}}}',
        '{"variables":{"artifactname":"Nope"}}',
    ),
    Case("POST /api/query/ArtifactIDs?branch=main", 401, error(401, "Authentication is required"), "{}", "none"),
    Case("POST /api/query/ArtifactIDs?branch=main", 401, error(401, "Invalid token"), "{}", "Bearer abc"),
    Case("POST /api/query/ArtifactIDs?branch=no", 400, error(400, "Branch: no not found."), "{}", "none"),
    Case("POST /api/query/ArtifactIDs?branch=no&at=x", 400, error(400, "Branch: no not found."), "{}"),
    Case("POST /api/query/ArtifactIDs?at=", 400, error(400, "Invalid time format for "), "{}"),
    Case("POST /api/query/ArtifactIDs?branch=no", 422, JSON_ERROR, "xx", "none"),
    Case("POST /api/query/Nope", 404, error(404, NO_QUERY), "{}"),
    Case("POST /api/query/a%2Fb", 404, error(404, "The requested endpoint /api/query/a/b does not exist"), "{}"),
    Case("POST /api/query/Strict", 502, variable("of required type 'String!' was not provided."), "{}"),
    Case(
        "POST /api/query/Strict",
        502,
        variable("got invalid value 5; String cannot represent a non string value: 5"),
        '{"variables":{"artifactname":5}}',
    ),
    Case(
        "POST /api/query/Strict",
        502,
        variable("of non-null type 'String!' must not be null."),
        '{"variables":{"artifactname":null}}',
    ),
    Case(
        "POST /api/query/Strict",
        422,
        '{"detail":[{"type":"dict_type","loc":["body","variables"],'
        '"msg":"Input should be a valid dictionary","input":5}]}',
        '{"variables":5}',
    ),
    Case(
        "GET /api/artifact/nope",
        404,
        error(404, "Unable to find the node nope / CoreArtifact in the database."),
        None,
        "none",
    ),
    Case("GET /api/artifact/nope", 401, error(401, "Invalid token"), None, "Bearer abc"),
    Case("GET /api/artifact/nope?branch=no", 400, error(400, "Branch: no not found."), None, "none"),
    Case("HEAD /api/artifact/nope", 405, ""),
    Case(
        "GET /api/storage/object/nope",
        404,
        error(404, "Unable to find the node nope / StorageObject in the database."),
    ),
    Case("GET /api/nope", 404, error(404, "The requested endpoint /api/nope does not exist")),
    Case("POST /x/api/auth/login", 405, '{"detail":"Method Not Allowed"}', "{}"),
]


class Told(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes


async def ask(standin: StandIn, case: Case) -> Told:
    method, _, path = case.request.partition(" ")
    headers = {"Content-Type": JSON} if case.sent is not None else {}
    if case.auth == "key":
        headers["X-INFRAHUB-KEY"] = standin.token
    elif case.auth != "none":
        headers["Authorization"] = case.auth
    url = URL(standin.url + path, encoded=True)
    async with aiohttp.request(method, url, data=case.sent, headers=headers) as answer:
        return Told(answer.status, answer.headers, await answer.read())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.request} {case.status} {case.auth}")
async def test_refusals(standin: StandIn, case: Case) -> None:
    standin.store_query(StoredQuery("Strict", required=True))
    answer = await ask(standin, case)
    assert (answer.status, answer.headers["Content-Type"], answer.body.decode()) == (case.status, JSON, case.body)
    assert answer.headers["Server"] == "uvicorn"
    assert all(name in answer.headers for name in ("X-Request-Id", "X-Process-Time", "Date"))


async def test_an_artifact_that_was_never_generated_is_a_fault_of_the_server(standin: StandIn) -> None:
    id_ = standin.never_generated("a")
    answer = await ask(standin, Case(f"GET /api/artifact/{id_}", 500, ""))
    assert (answer.status, answer.body.decode()) == (500, "Internal Server Error")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "X-Request-Id" not in answer.headers


@pytest.mark.parametrize("content_type", ["application/yaml", "application/json", "text/plain"])
async def test_a_text_has_the_type_of_its_definition_and_no_more(standin: StandIn, content_type: str) -> None:
    id_ = standin.add_artifact("a", "ü", content_type=content_type)
    answer = await ask(standin, Case(f"GET /api/artifact/{id_}?branch=main", 200, "", None, "none"))
    assert (answer.headers["Content-Type"], answer.body) == (content_type, "ü".encode())
    assert "ETag" not in answer.headers


async def test_a_stored_object_has_no_type_and_stays(standin: StandIn) -> None:
    standin.store_query(StoredQuery(selects_storage_value=True))
    id_ = standin.add_artifact("a", "1")
    listed = json.loads((await ask(standin, Case("POST /api/query/ArtifactIDs", 200, "", "{}"))).body)
    object_ = listed["data"]["CoreArtifact"]["edges"][0]["node"]["storage_id"]["value"]
    standin.change(id_, "2")
    answer = await ask(standin, Case(f"GET /api/storage/object/{object_}", 200, "", None, "none"))
    assert answer.body == b"1"
    assert "Content-Type" not in answer.headers


async def test_a_query_selects_what_it_was_stored_with(standin: StandIn) -> None:
    standin.store_query(StoredQuery(selects_status=True, counts=True, limit=1, selects_storage_id=False))
    first = standin.add_artifact("a", "1")
    standin.add_artifact("b", "2")
    answer = await ask(standin, Case("POST /api/query/ArtifactIDs", 200, "", "{}"))
    node = (
        f'{{"id":"{first}","checksum":{{"value":"c4ca4238a0b923820dcc509a6f75849b"}},'
        '"status":{"value":"Ready"},"name":{"value":"a"}}'
    )
    assert answer.body.decode() == f'{{"data":{{"CoreArtifact":{{"count":2,"edges":[{{"node":{node}}}]}}}}}}'


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("", 400),
        ("garbage", 400),
        ("now", 400),
        ("-2d", 400),
        ("1735689600", 400),
        ("2035-01-01T00:00:00+01:00", 400),
        ("2035-13-01T00:00:00Z", 400),
        ("2035-01-01T24:00:00Z", 400),
        ("2035-01-01T00:00Z", 400),
        ("1m", 200),
        ("-1m", 200),
        ("10%20minutes", 400),
        ("2h", 404),
        ("2020-01-01T00:00:00Z", 404),
        ("2035-01-01", 200),
        ("2035-01-01T00:00:00", 200),
        ("2035-01-01T00:00:00.123456Z", 200),
        ("2035-01-01T00:00:00%2B01:00", 200),
    ],
)
async def test_forms_of_a_moment(standin: StandIn, at: str, status: int) -> None:
    id_ = standin.add_artifact("a", "1", since=datetime.now(UTC) - timedelta(hours=1))
    assert (await ask(standin, Case(f"GET /api/artifact/{id_}?at={at}", status, ""))).status == status


async def test_a_branch_is_main_at_its_birth_and_goes_its_own_way(standin: StandIn) -> None:
    id_ = standin.add_artifact("a", "1")
    standin.create_branch("b")
    standin.change(id_, "2")
    standin.add_artifact("c", "3")
    assert (await ask(standin, Case(f"GET /api/artifact/{id_}?branch=b", 200, ""))).body == b"1"
    standin.change(id_, "4", branch="b")
    assert (await ask(standin, Case(f"GET /api/artifact/{id_}", 200, ""))).body == b"2"
    assert (await ask(standin, Case(f"GET /api/artifact/{id_}?branch=b", 200, ""))).body == b"4"


async def test_after_a_log_out_the_access_token_works_until_it_ends(standin: StandIn) -> None:
    given = f'{{"username":"{standin.username}","password":"{standin.password}"}}'
    tokens = json.loads((await ask(standin, Case("POST /api/auth/login", 200, "", given, "none"))).body)
    access, refresh = f"Bearer {tokens['access_token']}", f"Bearer {tokens['refresh_token']}"
    id_ = standin.add_artifact("a", "1")
    logout = await ask(standin, Case("POST /api/auth/logout", 200, "", None, access))
    assert (logout.status, logout.body.decode()) == (200, "null")
    refused = await ask(standin, Case("POST /api/auth/refresh", 401, "", None, refresh))
    assert refused.body.decode() == error(401, "The provided refresh token has been invalidated in the database")
    assert (await ask(standin, Case(f"GET /api/artifact/{id_}", 200, "", None, access))).status == 200
    standin.accounts.expire_tokens()
    expired = await ask(standin, Case(f"GET /api/artifact/{id_}", 200, "", None, access))
    assert expired.body.decode() == error(401, "Expired Signature")
    mixed_up = await ask(standin, Case("POST /api/query/ArtifactIDs", 401, "", "{}", refresh))
    assert mixed_up.body.decode() == error(401, "Invalid token, current token is not an access token")


async def test_faults_strike_where_and_as_often_as_they_are_told_to(standin: StandIn) -> None:
    id_ = standin.add_artifact("a", "1")
    standin.faults.add(Answered(503), "/api/artifact/*", times=1)
    standin.faults.add(Slow(0.01), "/api/artifact/*")
    case = Case(f"GET /api/artifact/{id_}", 200, "")
    assert [(await ask(standin, case)).status for _ in range(2)] == [503, 200]
    standin.faults.add(Dropped(), "/api/query/*")
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await ask(standin, Case("POST /api/query/ArtifactIDs", 200, "", "{}"))
    assert standin.requests.count("/api/artifact", status=200) == 1
    assert standin.requests.count("/api/query", "POST", 200) == 0
    standin.requests.clear()
    assert standin.requests.count() == 0


async def test_it_comes_back_on_the_same_port(standin: StandIn) -> None:
    before = standin.url
    await standin.stop()
    with pytest.raises(aiohttp.ClientConnectorError):
        await ask(standin, Case("GET /api/nope", 404, ""))
    await standin.start()
    assert standin.url == before
    assert (await ask(standin, Case("GET /api/nope", 404, ""))).status == 404


async def test_the_same_text_again_does_not_end_the_status_error(standin: StandIn) -> None:
    standin.store_query(StoredQuery(selects_status=True))
    id_ = standin.add_artifact("a", "1")
    standin.fail(id_)
    standin.change(id_, "1")
    listed = Case("POST /api/query/ArtifactIDs", 200, "", "{}")
    assert b'"status":{"value":"Error"}' in (await ask(standin, listed)).body
    standin.change(id_, "2")
    assert b'"status":{"value":"Ready"}' in (await ask(standin, listed)).body


async def test_an_object_takes_its_artifacts_along_or_is_kept_by_them() -> None:
    """Up to 1.7 they keep it; since 1.8 they go with it."""
    for release in RELEASES:
        async with StandIn(release=release) as standin:
            standin.add_artifact("Web", "a: 1\n", target="north")
            try:
                standin.remove_target("north")
            except RefusedError:
                gone = False
            else:
                gone = True
            url = f"{standin.url}/api/query/ArtifactIDs?branch=main"
            async with aiohttp.request("POST", url, json={}, headers={"X-INFRAHUB-KEY": standin.token}) as answer:
                left = (await answer.json())["data"]["CoreArtifact"]["edges"]
        assert gone == release.targets_take_along == (not left)
