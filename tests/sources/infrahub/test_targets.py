"""A sync takes the artifacts for some objects; what is not known of an object is never taken for another one."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from testkit.infrahub import Object, StandIn, StoredQuery
from vidra.api.reasons import Reason
from vidra.api.sources import ArtifactTargets
from vidra.sources.infrahub import Infrahub, Selection
from vidra.sources.infrahub.query_admin import lacks, query_text
from vidra.sources.protocol import SourceError

NAME = "Webserver_Manifest"
NORTH = Object("north", "InfraCluster", ("edge", "all"))
SOUTH = Object("south", "InfraCluster", ("all",))
HUB = Object("hub", "InfraSite", ("edge",))


@pytest.fixture
def ids(standin: StandIn) -> dict[str, str]:
    return {of.name: standin.add_artifact(NAME, f"for: {of.name}\n", target=of) for of in (NORTH, SOUTH, HUB)}


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (ArtifactTargets(), {"north", "south", "hub"}),
        (ArtifactTargets(names=("north", "hub")), {"north", "hub"}),
        (ArtifactTargets(ids=(SOUTH.id,)), {"south"}),
        (ArtifactTargets(kinds=("InfraCluster",)), {"north", "south"}),
        (ArtifactTargets(groups=("edge",)), {"north", "hub"}),
        (ArtifactTargets(kinds=("InfraCluster",), groups=("edge",)), {"north"}),
        (ArtifactTargets(names=("north",), kinds=("InfraSite",)), set()),
    ],
)
@pytest.mark.usefixtures("ids")
async def test_those_that_fit_every_list_are_taken(
    infrahub: Infrahub, selection: Selection, targets: ArtifactTargets, expected: set[str]
) -> None:
    listing = await infrahub.list(replace(selection, targets=targets))
    assert {unit.target[0] for unit in listing.units} == expected
    assert (listing.missing, listing.remarks, listing.left_out) == ("", (), 3 - len(expected))


@pytest.mark.usefixtures("ids")
async def test_a_name_that_nothing_has_is_told(infrahub: Infrahub, selection: Selection) -> None:
    wanted = ArtifactTargets(names=("north", "nroth"))
    listing = await infrahub.list(replace(selection, targets=wanted))
    assert [unit.target[0] for unit in listing.units] == ["north"]
    assert listing.remarks == ('spec.source.targets: no artifact is for name "nroth"',)


@pytest.mark.usefixtures("ids")
async def test_who_does_not_ask_costs_infrahub_nothing_more(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    assert {unit.target for unit in (await infrahub.list(selection)).units} == {()}
    await infrahub.list(replace(selection, targets=ArtifactTargets(kinds=("InfraSite",))))
    await infrahub.list(replace(selection, targets=ArtifactTargets(groups=("edge",))))
    assert [entry.body for entry in standin.requests.matching("/api/query")] == [
        b'{"variables":{"artifactname":"Webserver_Manifest"}}',
        b'{"variables":{"artifactname":"Webserver_Manifest","targets":true}}',
        b'{"variables":{"artifactname":"Webserver_Manifest","targets":true,"groups":true}}',
    ]


@pytest.mark.usefixtures("ids")
async def test_a_query_that_does_not_say_it_is_named_with_the_command(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    standin.store_query(StoredQuery(selects_object=False))
    assert len((await infrahub.list(selection)).units) == 3
    with pytest.raises(SourceError, match=r"which object an artifact is for.*vidra infrahub query apply") as caught:
        await infrahub.list(replace(selection, targets=ArtifactTargets()))
    assert caught.value.reason == Reason.QUERY_FAILED


@pytest.mark.parametrize(
    "spoilt",
    [None, {"node": None}, {"node": {}}, {"node": {"id": None}}, "north", {"node": {"id": "x", "hfid": "x"}}],
)
async def test_an_artifact_whose_object_is_not_known_makes_the_list_incomplete(
    standin: StandIn, infrahub: Infrahub, selection: Selection, spoilt: object
) -> None:
    objects = [{"node": {"id": name, "display_label": name}} for name in ("north", "hub")]
    nodes = [{"id": str(n), "checksum": {"value": "1"}, "object": o} for n, o in enumerate([spoilt, *objects])]
    standin.answer_queries_with({"data": {"CoreArtifact": {"edges": [{"node": node} for node in nodes]}}})
    for targets, expected in ((ArtifactTargets(), {"1", "2"}), (ArtifactTargets(names=("north",)), {"1"})):
        listing = await infrahub.list(replace(selection, targets=targets))
        assert listing.missing == "1 of 3 artifacts do not say which object they are for"
        assert {unit.id for unit in listing.units} == expected


async def test_groups_that_were_not_told_are_no_groups_that_an_object_is_not_in(
    standin: StandIn, infrahub: Infrahub, selection: Selection
) -> None:
    node = {"id": "a", "checksum": {"value": "1"}, "object": {"node": {"id": "x", "display_label": "north"}}}
    standin.answer_queries_with({"data": {"CoreArtifact": {"edges": [{"node": node}]}}})
    with pytest.raises(SourceError, match="the groups it is in"):
        await infrahub.list(replace(selection, targets=ArtifactTargets(groups=("edge",))))
    with pytest.raises(SourceError, match="the kind of that object"):
        await infrahub.list(replace(selection, targets=ArtifactTargets(kinds=("InfraSite",))))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (query_text("ArtifactIDs"), []),
        ("query A { id name { value } # status object\n }", ["status", "object", "member_of_groups"]),
        ("query A { status { value } object { node { id } } }", ["member_of_groups"]),
    ],
)
def test_what_a_stored_query_lacks_is_said(text: str, expected: list[str]) -> None:
    assert [lacking.partition(" ")[0] for lacking in lacks(text)] == expected
