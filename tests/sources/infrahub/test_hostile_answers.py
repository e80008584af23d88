"""Whatever answers in Infrahub's place: deep, long and many are errors with a reason, never a fault of Vidra."""

from __future__ import annotations

import json

import pytest
from msgspec.structs import replace

from testkit.infrahub import Answered, StandIn
from vidra.api.reasons import Reason
from vidra.sources.infrahub import Credential, Infrahub, InfrahubLimits, Selection
from vidra.sources.protocol import SourceError, Unit

DEEP = "[" * 200_000 + "]" * 200_000
QUERY, LOGIN, ARTIFACT = "/api/query/*", "/api/auth/login", "/api/artifact/*"


def _listing(**node: str) -> str:
    fields = "".join(f',"{name}":{value}' for name, value in node.items())
    return f'{{"data":{{"CoreArtifact":{{"edges":[{{"node":{{"id":"a","checksum":{{"value":"b"}}{fields}}}}}]}}}}}}'


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(_listing(unread=DEEP), id="in a field that nobody reads"),
        pytest.param(_listing(name=DEEP), id="in one that is read"),
        pytest.param(f'{{"data":{{"CoreArtifact":{{"edges":{DEEP}}}}}}}', id="as the list"),
        pytest.param(f'{{"data":{DEEP}}}', id="as the data"),
        pytest.param(f'{{"x":{DEEP},"data":{{}}}}', id="beside the data"),
        pytest.param(f'{{"data":null,"errors":{DEEP}}}', id="as the errors"),
        pytest.param(f'{{"data":null,"errors":[{{"message":"a","extensions":{DEEP}}}]}}', id="in an error"),
        pytest.param(DEEP, id="as the answer"),
        pytest.param('{"a":' * 100_000, id="without an end"),
    ],
)
@pytest.mark.parametrize(
    "where", [(QUERY, 200), (QUERY, 400), (QUERY, 502), (LOGIN, 200), (LOGIN, 401), (ARTIFACT, 404)]
)
async def test_deep_json_is_an_error_wherever_it_stands(
    standin: StandIn, limits: InfrahubLimits, selection: Selection, where: tuple[str, int], body: str
) -> None:
    path, status = where
    standin.faults.add(Answered(status, body, "application/json"), path)
    client = Infrahub(standin.url, Credential(standin.username, standin.password), replace(limits, attempts=1))
    try:
        with pytest.raises(SourceError) as caught:
            await client.list(selection) if path != ARTIFACT else await client.fetch(Unit("a", "b"), selection)
        assert caught.value.reason in {
            Reason.NOT_INFRAHUB,
            Reason.QUERY_FAILED,
            Reason.INFRAHUB_ERROR,
            Reason.UNAUTHORIZED,
        }
        assert len(str(caught.value)) < 1_000
    finally:
        await client.close()


async def test_a_list_of_too_many_artifacts_is_not_read(
    standin: StandIn, limits: InfrahubLimits, credential: Credential, selection: Selection
) -> None:
    client = Infrahub(standin.url, credential, replace(limits, max_artifacts=3))
    for number in range(3):
        standin.add_artifact("Webserver_Manifest", f"a: {number}\n")
    assert len((await client.list(selection)).units) == 3
    standin.add_artifact("Webserver_Manifest", "a: 4\n")
    with pytest.raises(SourceError, match="it lists 4 artifacts, and one sync takes 3") as caught:
        await client.list(selection)
    assert caught.value.reason == Reason.TOO_LARGE
    assert "--max-artifacts" in str(caught.value)
    await client.close()


@pytest.mark.parametrize("name", ["a\n" * 2_000, "\x1b[31m" * 1_000, "é\u202e" * 10_000])
async def test_what_an_outsider_wrote_stays_on_one_short_line(
    standin: StandIn, infrahub: Infrahub, selection: Selection, name: str
) -> None:
    artifact = standin.add_artifact("Webserver_Manifest", "a: 1\n")
    told: list[str] = []
    with pytest.raises(SourceError) as caught:
        await infrahub.fetch(Unit(artifact, name), selection)
    told.append(str(caught.value))
    node = json.dumps({"node": {"id": "a", "checksum": {"value": "b"}, "name": {"value": name}}})
    for body in (
        f'{{"data":{{"CoreArtifact":{{"edges":[{node}]}}}}}}',
        json.dumps({"data": {name: {"edges": []}, "other": {"edges": []}}}),
        json.dumps({"data": None, "errors": [{"message": name}]}),
    ):
        standin.faults.clear()
        standin.faults.add(Answered(200, body, "application/json"), QUERY)
        with pytest.raises(SourceError) as caught:
            await infrahub.list(selection)
        told.append(str(caught.value))
    assert all(message.isprintable() and len(message) < 1_000 for message in told), told
