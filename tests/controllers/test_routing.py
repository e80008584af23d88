"""Each artifact goes to the clusters whose Secrets say that they are for its target; none is taken away by doubt."""

from __future__ import annotations

from vidra.api.conditions import Condition
from vidra.api.meta import Meta
from vidra.api.names import CLUSTER_HASH_LABEL
from vidra.api.reasons import Reason
from vidra.api.resource import Content, ResourceSpec, ResourceStatus, VidraResource
from vidra.api.sources import InfrahubSource
from vidra.api.sync import (
    ClusterSelector,
    ClusterStatus,
    Destination,
    InfrahubSync,
    InfrahubSyncSpec,
    Routing,
    SyncDestination,
    SyncStatus,
)
from vidra.controllers.sync.artifacts.diff import decide
from vidra.controllers.sync.destinations.cluster_status import cluster_statuses, idle_before
from vidra.controllers.sync.destinations.routing import Routes, route
from vidra.controllers.sync.destinations.targets import Target, Targets
from vidra.controllers.sync.prune.decide import decide_prune
from vidra.sources.protocol import Listing, Unit

NORTH, SOUTH = (
    Target(place, Destination(server=f"https://{place}"), f"vidra/{place}", frozenset({name, f"id-{name}"}))
    for place, name in (("p1", "north"), ("p2", "south"))
)
BOTH = Targets((NORTH, SOUTH))
UNITS = (Unit("a", "1", target=("north", "id-north")), Unit("b", "1", target=("shown", "id-south")))


def sync(routing: Routing | None = Routing.BY_TARGET) -> InfrahubSync:
    destination = SyncDestination(cluster_selector=ClusterSelector({"a": "b"}), routing=routing)
    source = InfrahubSource("https://infrahub.example.com", artifact_name="Web")
    return InfrahubSync(Meta(name="sync"), InfrahubSyncSpec(source=source, destination=destination))


def made(artifact: str, place: str, *, ready: bool = True) -> VidraResource:
    return VidraResource(
        Meta(name=f"sync-{artifact}-{place}", generation=1, labels={CLUSTER_HASH_LABEL: place}),
        ResourceSpec(
            content=Content(artifact_id=artifact, checksum="1", secrets=("s",)),
            destination=Destination(server=f"https://{place}"),
        ),
        ResourceStatus(
            observed_generation=1,
            conditions=(Condition("Ready", "True" if ready else "False", Reason.APPLIED, observed_generation=1),),
        ),
    )


def test_an_artifact_goes_where_a_secret_names_its_target_by_name_or_id() -> None:
    routes = route(sync(), BOTH, UNITS)
    assert (routes.of("a"), routes.of("b"), routes.troubles, routes.idle) == (("p1",), ("p2",), (), frozenset())


def test_without_routing_every_cluster_gets_everything() -> None:
    for routing in (None, Routing.EVERYWHERE):
        routes = route(sync(routing), BOTH, UNITS)
        assert routes.of("a") == routes.of("b") == ("p1", "p2")
        assert not routes.idle


def test_several_clusters_may_be_for_one_target() -> None:
    twice = Targets((NORTH, Target("p3", Destination(), "vidra/p3", frozenset({"north"}))))
    assert route(sync(), twice, UNITS[:1]).of("a") == ("p1", "p3")


def test_targets_without_a_cluster_are_named() -> None:
    units = (*UNITS, Unit("c", "1", target=("west", "id-west")), Unit("d", "1"))
    routes = route(sync(), BOTH, units)
    of_west, of_nothing = routes.troubles
    assert {of_west.reason, of_nothing.reason} == {Reason.NO_CLUSTER_FOR_TARGET}
    assert of_west.message.startswith("no selected cluster is for west: label or annotate its Secret with vidra.infra")
    assert "what artifact d is for" in of_nothing.message
    assert (routes.of("c"), routes.of("d")) == ((), ())


def test_a_cluster_that_is_for_something_unknown_is_named() -> None:
    routes = route(sync(), BOTH, UNITS[:1])
    assert routes.remarks == ("the cluster of Secret vidra/p2 is for id-south, south, which no artifact is for",)
    assert routes.idle == {"p2"}


def test_an_artifact_that_is_for_no_cluster_stays_where_it_is_and_gets_nothing_new() -> None:
    stranded = made("c", "p1")
    units = (Unit("c", "2", target=("renamed",)),)
    routes = route(sync(), BOTH, units)
    decision = decide(Listing(units), [stranded], lambda _: True, allow_empty=False, places=routes.of)
    assert (decision.fetch, decision.keep, decision.remove) == ((), (), ())
    assert not routes.leaves(stranded)


def test_an_artifact_leaves_a_cluster_when_another_one_is_for_it_and_has_it() -> None:
    old, new = made("a", "p2"), made("a", "p1", ready=False)
    routes = route(sync(), BOTH, UNITS)
    assert routes.leaves(old)
    assert not routes.leaves(new)

    def decided(*there: VidraResource) -> tuple[tuple[VidraResource, ...], tuple[str, ...]]:
        decision = decide_prune(
            *(sync(), frozenset({"a", "b"}), {old.metadata.name: frozenset()}, [old, *there]),
            expects=lambda artifact, item: BOTH.expects(item, routes.limits(artifact)),
            moves=routes.instead,
        )
        return decision.go, decision.waits_for

    b = made("b", "p2")
    assert decided(b) == ((), ("artifact a",))
    assert decided(b, new) == ((), ("sync-a-p1",))
    assert decided(b, made("a", "p1")) == ((old,), ())


def test_a_cluster_that_no_artifact_is_for_is_ready_and_says_so_while_infrahub_is_away_as_well() -> None:
    routes = Routes(("p1", "p2"), {"a": ("p1",)})
    found = cluster_statuses(BOTH, [made("a", "p1")], (), idle=routes.idle)
    assert {(item.name, item.ready) for item in found} == {("vidra/p1", True), ("vidra/p2", True)}
    assert found[1] == ClusterStatus("vidra/p2", "https://p2", True, Reason.SYNCED, "no artifact is for it")
    assert idle_before(BOTH, SyncStatus(clusters=found)) == {"p2"}
    assert not cluster_statuses(BOTH, [made("a", "p1")], ())[0].ready
