"""Answers to the stored query that are no list, or no complete one."""

from __future__ import annotations

import pytest

from testkit.infrahub import Answered, Endless, StandIn, StoredQuery
from vidra.api.reasons import Reason
from vidra.sources.infrahub import Infrahub, InfrahubLimits, Selection
from vidra.sources.protocol import SourceError, Unit

GOOD = {"node": {"id": "a", "checksum": {"value": "c"}}}


@pytest.mark.parametrize(
    ("answer", "missing"),
    [
        ({"data": {"CoreArtifact": {"edges": [GOOD]}}, "errors": [{"message": "too slow"}]}, "too slow"),
        ({"data": {"CoreArtifact": {"edges": [GOOD]}}, "errors": [{"message": {"message": "deep"}}]}, "deep"),
        ({"data": {"CoreArtifact": {"edges": [GOOD, None]}}}, "1 of 2 entries"),
        ({"data": {"CoreArtifact": {"edges": [GOOD, {"node": None}]}}}, "1 of 2 entries"),
        ({"data": {"CoreArtifact": {"edges": [{"node": {"id": "b"}}, GOOD]}}}, "1 of 2 entries"),
        ({"data": {"CoreArtifact": {"edges": [{"node": {"id": 7, "checksum": {"value": "x"}}}, GOOD]}}}, "1 of 2"),
        ({"data": {"CoreArtifact": {"edges": [{"node": {"checksum": {"value": "x"}}}, GOOD]}}}, "1 of 2 entries"),
        ({"data": {"CoreArtifact": {"edges": [GOOD, {"node": {"id": "b", "checksum": None}}]}}}, "1 of 2 entries"),
        ({"data": {"CoreArtifact": {"edges": [GOOD, GOOD]}}}, "more than once: 1"),
        ({"data": {"CoreArtifact": {"count": 2, "edges": [GOOD]}}}, "counts 2 artifacts and lists 1"),
    ],
)
async def test_an_incomplete_list_says_so_and_keeps_what_is_good(
    standin: StandIn, infrahub: Infrahub, selection: Selection, answer: dict[str, object], missing: str
) -> None:
    standin.answer_queries_with(answer)
    listing = await infrahub.list(selection)
    assert listing.units == (Unit("a", "c"),)
    assert missing in listing.missing


async def test_a_null_among_real_artifacts_and_an_error_beside_them(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    ids = {standin.add_artifact("Webserver_Manifest", f"a: {n}\n") for n in range(3)}
    standin.partial()
    listing = await infrahub.list(selection)
    assert len(listing.units) == 2
    assert {artifact.id for artifact in listing.units} < ids
    assert "could not be read" in listing.missing
    standin.whole()
    assert (await infrahub.list(selection)).missing == ""


async def test_additions_to_the_answer_are_passed_over(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    node = {**GOOD["node"], "__typename": "CoreArtifact", "more": [1], "name": None, "status": {"value": None, "x": 1}}
    standin.answer_queries_with(
        {
            "data": {"CoreArtifact": {"edges": [{"node": node, "cursor": "x"}], "pageInfo": {}}, "tags": {"count": 1}},
            "extensions": {},
        }
    )
    listing = await infrahub.list(selection)
    assert listing.units == (Unit("a", "c"),)
    assert listing.missing == ""


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ({"data": None, "errors": [{"message": "cannot"}]}, "cannot"),
        ({"errors": [{"message": "cannot"}]}, "cannot"),
        ({"data": {"CoreArtifact": None}, "errors": [{"message": "cannot"}]}, "cannot"),
        ({"data": {}}, "no list"),
        ({"data": {"CoreArtifact": {"count": 4}}}, "no list"),
        ({"data": {"a": {"edges": []}, "b": {"edges": []}}}, "several lists"),
        ({"data": {"CoreArtifact": {"edges": [{"node": {"checksum": {"value": "x"}}}]}}}, "`id`"),
        ({"data": {"CoreArtifact": {"edges": [{"node": {"id": "x"}}]}}}, r"checksum \{ value \}"),
        ({"data": {"CoreArtifact": {"edges": [{"node": {"id": "x", "checksum": {}}}]}}}, r"checksum \{ value \}"),
    ],
)
async def test_no_list_is_never_an_empty_one(
    standin: StandIn, infrahub: Infrahub, selection: Selection, answer: dict[str, object], message: str
) -> None:
    standin.answer_queries_with(answer)
    with pytest.raises(SourceError, match=message) as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.QUERY_FAILED
    assert "`ArtifactIDs`" in str(caught.value)


@pytest.mark.parametrize("answer", [{"hello": "world"}, {"data": [1]}, {"data": 5}, {"data": "x"}])
async def test_json_of_another_shape_is_no_infrahub(
    standin: StandIn, infrahub: Infrahub, selection: Selection, answer: dict[str, object]
) -> None:
    standin.answer_queries_with(answer)
    with pytest.raises(SourceError, match="the query's answer") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.NOT_INFRAHUB


async def test_broken_json_is_no_infrahub(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    standin.faults.add(Answered(200, '{"data":', "application/json"), "/api/query/*")
    with pytest.raises(SourceError, match="is no JSON") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.NOT_INFRAHUB


async def test_a_query_that_ignores_its_variable_is_refused(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.store_query(StoredQuery(filters=False))
    standin.add_artifact("Webserver_Manifest", "a: 1\n")
    standin.add_artifact("Another", "b: 2\n")
    with pytest.raises(SourceError, match=r"also lists 'Another'.*\$artifactname") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.QUERY_FAILED


async def test_a_query_that_infrahub_cannot_run_is_not_asked_again(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    body = (
        '{"data":null,"errors":[{"message":{"message":"GraphQLQuery ArtifactIDs: Variable \'$artifactname\' got '
        'invalid value","path":null,"locations":[{"line":1,"column":19}]},"extensions":{"code":502}}]}'
    )
    standin.faults.add(Answered(502, body, "application/json"), "/api/query/*")
    with pytest.raises(SourceError, match="got invalid value; correct the query") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.QUERY_FAILED
    assert standin.requests.count("/api/query") == 1


async def test_a_date_that_infrahub_does_not_take(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    standin.faults.add(Answered.error(400, "Invalid time format for 9999"), "/api/query/*")
    with pytest.raises(SourceError, match=r"Invalid time format.*targetDate") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.INVALID_TARGET_DATE


async def test_a_date_before_the_branch(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    said = "Requested time '2020-01-01T00:00:00Z' is before branch 'main' was created"
    standin.faults.add(Answered.error(422, said), "/api/query/*")
    with pytest.raises(SourceError, match=r"is before branch 'main'.*choose a later `targetDate`") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.INVALID_TARGET_DATE


async def test_a_list_over_the_limit_is_not_read_to_its_end(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.faults.add(Endless(InfrahubLimits().max_list_bytes + 1, announced=True), "/api/query/*")
    with pytest.raises(SourceError, match="over 67108864 bytes") as caught:
        await infrahub.list(selection)
    assert caught.value.reason == Reason.TOO_LARGE
