from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from msgspec.structs import replace

from testkit.infrahub import StandIn, StoredQuery
from testkit.infrahub.faults import Answered
from vidra import __version__
from vidra.api.reasons import Reason
from vidra.sources.infrahub import Infrahub, Selection
from vidra.sources.protocol import Listing, SourceError, Unit


async def test_the_artifacts_of_the_name_are_listed_and_no_others(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    wanted = standin.add_artifact("Webserver_Manifest", "a: 1\n")
    standin.add_artifact("Another", "b: 2\n")
    listing = await infrahub.list(selection)
    assert listing.units == (Unit(wanted, "e0ccdaf42c593022e15b18cc0e96d201"),)
    assert listing.missing == ""


async def test_a_name_that_matches_nothing_is_an_empty_complete_list(infrahub: Infrahub, selection: Selection) -> None:
    listing = await infrahub.list(selection)
    assert listing.units == ()
    assert listing.missing == ""


async def test_an_artifact_that_was_never_generated_has_no_checksum(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    id_ = standin.never_generated("Webserver_Manifest")
    assert (await infrahub.list(selection)).units == (Unit(id_, None),)


async def test_a_failed_generation_shows_when_the_query_selects_the_status(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.store_query(StoredQuery(selects_status=True, selects_storage_value=True, counts=True))
    id_ = standin.add_artifact("Webserver_Manifest", "a: 1\n")
    standin.fail(id_)
    assert (await infrahub.list(selection)).units == (Unit(id_, "e0ccdaf42c593022e15b18cc0e96d201", failed=True),)


async def test_a_failed_generation_looks_like_the_last_good_one_otherwise(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    id_ = standin.add_artifact("Webserver_Manifest", "a: 1\n")
    standin.fail(id_)
    assert (await infrahub.list(selection)).units == (Unit(id_, "e0ccdaf42c593022e15b18cc0e96d201"),)


async def test_a_deleted_artifact_is_gone_from_the_list(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    id_ = standin.add_artifact("Webserver_Manifest", "a: 1\n")
    standin.remove(id_)
    assert (await infrahub.list(selection)).units == ()


async def test_a_branch_is_read_as_it_is(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    id_ = standin.add_artifact("Webserver_Manifest", "a: 1\n")
    standin.create_branch("new & better/#1+")
    standin.change(id_, "a: 2\n")
    [in_branch] = (await infrahub.list(replace(selection, branch="new & better/#1+"))).units
    [in_main] = (await infrahub.list(selection)).units
    assert in_branch.id == in_main.id
    assert in_branch.marker == "e0ccdaf42c593022e15b18cc0e96d201"
    assert in_main.marker != in_branch.marker


@pytest.mark.parametrize("zone", [UTC, timezone(timedelta(hours=5, minutes=30))])
async def test_a_moment_of_the_past_is_asked_for_in_utc(
    standin: StandIn, infrahub: Infrahub, selection: Selection, zone: timezone
) -> None:
    born = datetime(2025, 1, 31, 12, 0, 0, 250000, tzinfo=UTC)
    id_ = standin.add_artifact("Webserver_Manifest", "a: 1\n", since=born)
    standin.change(id_, "a: 2\n", since=born + timedelta(hours=1))
    then = replace(selection, at=born.astimezone(zone))
    [artifact] = (await infrahub.list(then)).units
    assert await infrahub.fetch(artifact, then) == b"a: 1\n"
    assert {entry.query["at"] for entry in standin.requests.matching("/api/query")} == {"2025-01-31T12:00:00.250000Z"}
    assert (await infrahub.list(replace(selection, at=born - timedelta(seconds=1)))).units == ()


async def test_what_is_sent(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    await infrahub.list(selection)
    [sent] = standin.requests.matching("/api/query")
    assert (sent.method, sent.path) == ("POST", "/api/query/ArtifactIDs")
    assert sent.query == {"branch": "main", "update_group": "false"}
    assert sent.body == b'{"variables":{"artifactname":"Webserver_Manifest"}}'
    assert sent.user_agent == f"vidra/{__version__}"
    assert sent.auth == "bearer"


async def test_a_query_of_any_name_and_root_will_do(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    standin.store_query(StoredQuery("my query+2", root="mine"))
    id_ = standin.add_artifact("Webserver_Manifest", "a: 1\n")
    assert [artifact.id for artifact in (await infrahub.list(replace(selection, query="my query+2"))).units] == [id_]


async def test_an_unknown_query_is_named(infrahub: Infrahub, selection: Selection) -> None:
    with pytest.raises(SourceError, match=r"`Nope`.*store it in Infrahub") as caught:
        await infrahub.list(replace(selection, query="Nope"))
    assert caught.value.reason == Reason.QUERY_NOT_FOUND


async def test_a_query_that_did_not_exist_yet_at_that_moment_is_said_to_be_so(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.store_query(StoredQuery(since=datetime(2025, 1, 1, tzinfo=UTC)))
    with pytest.raises(SourceError, match="at that moment") as caught:
        await infrahub.list(replace(selection, at=datetime(2024, 1, 1, tzinfo=UTC)))
    assert caught.value.reason == Reason.QUERY_NOT_FOUND


async def test_an_unknown_branch_is_named(standin: StandIn, infrahub: Infrahub, selection: Selection) -> None:
    with pytest.raises(SourceError, match=r'has no branch "nobranch": create it, .*targetBranch') as caught:
        await infrahub.list(replace(selection, branch="nobranch"))
    assert caught.value.reason == Reason.BRANCH_NOT_FOUND
    assert standin.requests.count("/api/query") == 1


async def test_a_mistyped_branch_or_name_is_asked_about_once(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.add_artifact(selection.artifact_name, "a: b")
    for _ in range(2):
        with pytest.raises(SourceError, match='has no branch "mian"; did you mean "main"\\? Correct'):
            await infrahub.list(replace(selection, branch="mian"))
        listing = await infrahub.list(replace(selection, artifact_name="Webserver_Manifst"))
        assert listing == Listing((), hint='; did you mean "Webserver_Manifest"?')
    assert standin.requests.count("/graphql") == 2


async def test_an_account_that_may_not_see_names_gets_no_suggestion(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.faults.add(Answered.error(403, "not allowed"), path="/graphql")
    with pytest.raises(SourceError, match='has no branch "mian": create it'):
        await infrahub.list(replace(selection, branch="mian"))
