"""What Vidra relies on in Infrahub's answers, held against the stand-in and, by `make test-infrahub`, a real one."""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import aiohttp
import msgspec
import pytest
from yarl import URL

from testkit.contract import LIFETIME, Subject, in_real, in_standin
from testkit.infrahub import V1_4, V1_11, StandIn
from testkit.parts.infrahub.loaded import LoadedInfrahub

JSON = "application/json"
LOGIN, REFRESH, LOGOUT = "POST /api/auth/login", "POST /api/auth/refresh", "POST /api/auth/logout"
ALL = '{{"variables":{{"artifactname":"{name}"}}}}'


class Told(NamedTuple):
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def type(self) -> str:
        return self.headers.get("Content-Type", "")

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Asked:
    """An Infrahub, asked as Vidra asks; ``{good}`` in a request is the id of the good artifact, and so on."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self._known = msgspec.structs.asdict(subject)

    async def __call__(self, request: str, sent: str | None = None, auth: str = "key") -> Told:
        method, _, path = request.format(**self._known).partition(" ")
        headers = {"Content-Type": JSON} if sent is not None else {}
        if auth == "key":
            headers["X-INFRAHUB-KEY"] = self.subject.token
        elif auth != "none":
            headers["Authorization"] = auth
        data = None if sent is None else sent.format(**self._known) if sent.startswith("{{") else sent
        url = URL(self.subject.url + path, encoded=True)
        async with aiohttp.request(method, url, data=data, headers=headers) as answer:
            return Told(answer.status, answer.headers, await answer.read())

    async def log_in(self) -> dict[str, str]:
        given = json.dumps({"username": self.subject.username, "password": self.subject.password})
        answer = await self(LOGIN, given, "none")
        assert (answer.status, answer.type) == (200, JSON)
        tokens: dict[str, str] = answer.json
        return tokens

    async def listed(self, query: str = "ArtifactIDs", more: str = "") -> dict[str, dict[str, Any]]:
        """The nodes of a stored query's answer, by id; a real Infrahub may have others too."""
        answer = await self(f"POST /api/query/{query}?branch={{branch}}&update_group=false{more}", ALL)
        assert (answer.status, answer.type) == (200, JSON), answer
        return {edge["node"]["id"]: edge["node"] for edge in answer.json["data"]["CoreArtifact"]["edges"]}


@pytest.fixture(scope="session")
async def of_standin() -> AsyncIterator[Asked]:
    async with StandIn(release=V1_4) as standin:
        yield Asked(await in_standin(standin))


@pytest.fixture(scope="session")
async def of_newer_standin() -> AsyncIterator[Asked]:
    async with StandIn(release=V1_11) as standin:
        yield Asked(await in_standin(standin))


@pytest.fixture(scope="session")
async def of_real(real_infrahub: LoadedInfrahub) -> Asked:
    return Asked(await in_real(real_infrahub))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What differs between releases is asked of the stand-in as each of them, or of a real one as what it is."""
    if "each" in metafunc.fixturenames:
        real = metafunc.config.getoption("--real-infrahub")
        metafunc.parametrize("each", ["of_real"] if real else ["of_standin", "of_newer_standin"], indirect=True)


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> Asked:
    """The real Infrahub if the run has one, else the stand-in."""
    which = "of_real" if request.config.getoption("--real-infrahub") else "of_standin"
    found: Asked = request.getfixturevalue(which)
    return found


@pytest.fixture
def each(request: pytest.FixtureRequest) -> Asked:
    """One of the releases."""
    found: Asked = request.getfixturevalue(request.param)
    return found


def complaint(answer: Told) -> object:
    """The one message of an error that Infrahub raises itself, whose code is the status."""
    body = answer.json
    assert (answer.type, body["data"]) == (JSON, None)
    (error,) = body["errors"]
    assert error["extensions"] == {"code": answer.status}
    return error["message"]


NO_QUERY = "Unable to find the node Nope / <class 'infrahub.core.protocols.CoreGraphQLQuery'> in the database."
WRONG_PASSWORD = '{{"username":"{username}","password":"x"}}'
REFUSALS = [
    (LOGIN, WRONG_PASSWORD, "none", 401, "Incorrect password"),
    (LOGIN, '{"username":"x","password":"x"}', "none", 404, "That login user doesn't exist in the system"),
    (REFRESH, None, "Bearer a.b.c", 401, "Invalid token"),
    (REFRESH, None, "none", 401, "A JWT refresh token is required to perform this operation."),
    (LOGOUT, None, "none", 401, "A JWT access token is required to perform this operation."),
    ("POST /api/query/ArtifactIDs?branch=main", "{}", "none", 401, "Authentication is required"),
    ("POST /api/query/ArtifactIDs?branch=main", "{}", "Bearer abc", 401, "Invalid token"),
    ("POST /api/query/ArtifactIDs?branch=no", "{}", "none", 400, "Branch: no not found."),
    ("POST /api/query/ArtifactIDs?branch=no&at=x", "{}", "key", 400, "Branch: no not found."),
    ("POST /api/query/ArtifactIDs?at=", "{}", "key", 400, "Invalid time format for "),
    ("POST /api/query/Nope", "{}", "key", 404, NO_QUERY),
    ("POST /api/query/a%2Fb", "{}", "key", 404, "The requested endpoint /api/query/a/b does not exist"),
    ("GET /api/artifact/nope", None, "none", 404, "Unable to find the node nope / CoreArtifact in the database."),
    ("GET /api/artifact/nope", None, "Bearer abc", 401, "Invalid token"),
    ("GET /api/artifact/nope?branch=no", None, "none", 400, "Branch: no not found."),
    ("GET /api/nope", None, "key", 404, "The requested endpoint /api/nope does not exist"),
    ("GET /api/auth/login", None, "key", 404, "The requested endpoint /api/auth/login does not exist"),
]


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: f"{refusal[0]} {refusal[3]} {refusal[2]}")
async def test_a_refusal_says_why(asked: Asked, refusal: tuple[str, str | None, str, int, str]) -> None:
    request, sent, auth, status, says = refusal
    answer = await asked(request, sent, auth)
    assert (answer.status, complaint(answer)) == (status, says)


@pytest.mark.parametrize(
    ("request_", "sent"),
    [(LOGIN, '{"username":"x"}'), (LOGIN, "xx"), ("POST /api/query/ArtifactIDs?branch=no", "xx")],
)
async def test_a_body_that_cannot_be_read_is_told_in_another_shape(asked: Asked, request_: str, sent: str) -> None:
    answer = await asked(request_, sent, "none")
    assert (answer.status, answer.type) == (422, JSON)
    assert {"type", "loc", "msg"} <= answer.json["detail"][0].keys()


async def test_nobody_may_ask_for_the_head_of_a_text(asked: Asked) -> None:
    assert (await asked("HEAD /api/artifact/{good}")).status == 405


async def test_a_wrong_key_is_refused_where_nobody_needs_one(asked: Asked) -> None:
    headers = {"X-INFRAHUB-KEY": "wrong"}
    url = f"{asked.subject.url}/api/artifact/{asked.subject.good}?branch={asked.subject.branch}"
    async with aiohttp.request("GET", url, headers=headers) as answer:
        assert answer.status == 401
        assert (await answer.json())["errors"][0]["message"] == "Invalid token"


async def test_a_log_in_gives_tokens_that_end_and_can_be_renewed(asked: Asked) -> None:
    tokens = await asked.log_in()
    access, refresh = f"Bearer {tokens['access_token']}", f"Bearer {tokens['refresh_token']}"
    query = "POST /api/query/ArtifactIDs?branch={branch}"
    assert (await asked(query, ALL, access)).status == 200
    mixed_up = await asked(query, ALL, refresh)
    assert (mixed_up.status, complaint(mixed_up)) == (401, "Invalid token, current token is not an access token")
    mixed_up = await asked(REFRESH, None, access)
    assert (mixed_up.status, complaint(mixed_up)) == (401, "Invalid token, current token is not a refresh token")
    await asyncio.sleep(LIFETIME + 1)  # nothing tells when a token ends
    expired = await asked(query, ALL, access)
    assert (expired.status, complaint(expired)) == (401, "Expired Signature")
    renewed = await asked(REFRESH, None, refresh)
    assert (renewed.status, renewed.type) == (200, JSON)
    assert (await asked(query, ALL, f"Bearer {renewed.json['access_token']}")).status == 200


async def test_after_a_log_out_the_access_token_works_until_it_ends(asked: Asked) -> None:
    tokens = await asked.log_in()
    access, refresh = f"Bearer {tokens['access_token']}", f"Bearer {tokens['refresh_token']}"
    assert (await asked(LOGOUT, None, access)).status == 200
    refused = await asked(REFRESH, None, refresh)
    assert (refused.status, complaint(refused)) == (
        401,
        "The provided refresh token has been invalidated in the database",
    )
    assert (await asked("POST /api/query/ArtifactIDs?branch={branch}", ALL, access)).status == 200


async def test_the_usual_list_has_what_can_be_told_of_each_artifact(asked: Asked) -> None:
    subject, nodes = asked.subject, await asked.listed()
    assert {subject.good, subject.failed, subject.never} <= nodes.keys()
    for node in nodes.values():
        assert node.keys() == {"id", "storage_id", "checksum", "status", "name"}
        assert node["name"] == {"value": subject.name}
    assert nodes[subject.never]["checksum"] == {"value": None}
    assert subject.deleted not in nodes


async def test_the_usual_storage_id_is_that_of_the_attribute_and_not_of_the_object(asked: Asked) -> None:
    subject = asked.subject
    attribute = (await asked.listed())[subject.good]["storage_id"]["id"]
    stored = (await asked.listed("Whole"))[subject.good]["storage_id"]["value"]
    assert (await asked(f"GET /api/storage/object/{attribute}")).status == 404
    answer = await asked(f"GET /api/storage/object/{stored}")
    assert (answer.status, answer.type) == (200, "")
    assert answer.body == (await asked("GET /api/artifact/{good}?branch={branch}")).body


async def test_a_list_can_be_counted_and_tells_the_status_if_it_selects_it(asked: Asked) -> None:
    subject, nodes = asked.subject, await asked.listed("Whole")
    states = [nodes[id_]["status"]["value"] for id_ in (subject.good, subject.failed, subject.never)]
    assert states == ["Ready", "Error", "Error"]
    counted = await asked("POST /api/query/Whole?branch={branch}", ALL)
    assert counted.json["data"]["CoreArtifact"]["count"] == len(nodes)


async def test_a_name_that_nothing_has_gives_an_empty_list_and_no_name_gives_everything(asked: Asked) -> None:
    nothing = await asked("POST /api/query/ArtifactIDs?branch={branch}", '{"variables":{"artifactname":"Nope"}}')
    assert (nothing.status, nothing.body) == (200, b'{"data":{"CoreArtifact":{"edges":[]}}}')
    everything = await asked("POST /api/query/ArtifactIDs?branch={branch}", "{}")
    ids = {edge["node"]["id"] for edge in everything.json["data"]["CoreArtifact"]["edges"]}
    assert {asked.subject.good, asked.subject.failed, asked.subject.never} <= ids


@pytest.mark.parametrize(
    ("sent", "says"),
    [
        ("{}", "of required type 'String!' was not provided."),
        ('{"variables":{"artifactname":5}}', "got invalid value 5; String cannot represent a non string value: 5"),
        ('{"variables":{"artifactname":null}}', "of non-null type 'String!' must not be null."),
    ],
)
async def test_a_variable_that_does_not_fit_is_a_bad_gateway_with_an_object_for_a_message(
    asked: Asked, sent: str, says: str
) -> None:
    answer = await asked("POST /api/query/Strict?branch={branch}", sent)
    message = complaint(answer)
    assert answer.status == 502
    assert isinstance(message, dict)
    assert message["message"] == f"GraphQLQuery Strict: Variable '$artifactname' {says}"


@pytest.mark.parametrize("which", ["good", "failed"])
async def test_a_text_has_the_announced_checksum_also_of_one_that_fails_now(asked: Asked, which: str) -> None:
    checksum = (await asked.listed())[getattr(asked.subject, which)]["checksum"]["value"]
    answer = await asked(f"GET /api/artifact/{{{which}}}?branch={{branch}}")
    assert (answer.status, answer.type) == (200, "application/yaml")
    assert hashlib.md5(answer.body, usedforsecurity=False).hexdigest() == checksum
    assert "ETag" not in answer.headers


async def test_a_text_may_be_read_by_anybody(asked: Asked) -> None:
    assert (await asked("GET /api/artifact/{good}?branch={branch}", None, "none")).status == 200


@pytest.mark.parametrize("which", ["never", "something"])
async def test_where_there_is_no_text_the_server_fails_or_finds_no_artifact(each: Asked, which: str) -> None:
    answer = await each(f"GET /api/artifact/{{{which}}}?branch={{branch}}")
    if which == "something" and each.subject.release.knows_other_kinds:
        assert (answer.status, answer.type) == (404, JSON)
    else:
        assert (answer.status, answer.type) == (500, "text/plain; charset=utf-8")


async def test_an_artifact_tells_what_it_is_for_where_it_is_asked_to(each: Asked) -> None:
    sent = '{{"variables":{{"artifactname":"{name}","targets":true,"groups":true}}}}'
    answer = await each("POST /api/query/ArtifactIDs?branch={branch}&update_group=false", sent)
    nodes = {edge["node"]["id"]: edge["node"] for edge in answer.json["data"]["CoreArtifact"]["edges"]}
    target = nodes[each.subject.good]["object"]["node"]
    assert target.keys() == {"id", "display_label", "hfid", "__typename", "member_of_groups"}
    assert (target["display_label"], target["__typename"]) == ("good", "VirtualMachine")
    groups = [edge["node"]["display_label"] for edge in target["member_of_groups"]["edges"]]
    assert any(group.lower().replace(" ", "_") == "virtual_machines" for group in groups)


async def test_a_deleted_artifact_is_not_there_and_was_there_before(asked: Asked) -> None:
    id_ = asked.subject.deleted
    answer = await asked("GET /api/artifact/{deleted}?branch={branch}")
    assert answer.status == 404
    assert complaint(answer) == f"Unable to find the node {id_} / CoreArtifact in the database."
    assert id_ not in await asked.listed()


@pytest.mark.parametrize(
    ("at", "status"),
    [
        ("", 400),
        ("garbage", 400),
        ("now", 400),
        ("-2d", 400),
        ("1735689600", 400),
        ("2035-01-01T00:00:00+01:00", 400),
        ("2035-01-01T24:00:00Z", 400),
        ("2035-01-01T00:00Z", 400),
        ("0s", 200),
        ("2035-01-01", 200),
        ("2035-01-01T00:00:00", 200),
        ("2035-01-01T00:00:00.123456Z", 200),
        ("2035-01-01T00:00:00%2B01:00", 200),
    ],
)
async def test_forms_of_a_moment(asked: Asked, at: str, status: int) -> None:
    answer = await asked(f"GET /api/artifact/{{good}}?branch={{branch}}&at={at}")
    assert answer.status == status


@pytest.mark.parametrize("at", ["2020-01-01T00:00:00Z", "24h"])
@pytest.mark.parametrize(
    "request_", ["GET /api/artifact/{good}?branch={branch}", "POST /api/query/ArtifactIDs?branch=main"]
)
async def test_before_there_was_anything_nothing_is_found_or_the_moment_refused(
    each: Asked, request_: str, at: str
) -> None:
    answer = await each(f"{request_}&at={at}", ALL if request_.startswith("POST") else None)
    if each.subject.release.refuses_early:
        assert answer.status == 422
        assert str(complaint(answer)).startswith("Requested time '")
    else:
        assert answer.status == 404
