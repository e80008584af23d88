"""An object is ok only when it was seen, is the one that was applied, and stays."""

import pytest

from vidra.api.resource import ManagedObject
from vidra.apply.health.evaluator import Verdicts
from vidra.clusters.dry_run import NoopEventHandler
from vidra.clusters.registry import Clusters
from vidra.kube.connection import Connection
from vidra.kube.partial_metadata import LiveMeta
from vidra.kube.store import Store
from vidra.kube.types import Secret
from vidra.views.live_objects import LiveState, live_states


@pytest.mark.parametrize(
    ("found", "uid", "state"),
    [
        (LiveState(LiveMeta(uid="1")), "1", "ok"),
        (LiveState(LiveMeta(uid="1")), "", "ok"),
        (LiveState(LiveMeta(uid="2")), "1", "missing"),
        (LiveState(LiveMeta(uid="2", deletion_timestamp="2025-01-01T00:00:00Z")), "1", "missing"),
        (LiveState(), "1", "missing"),
        (LiveState(), "", "missing"),
        (LiveState(LiveMeta(uid="1", deletion_timestamp="2025-01-01T00:00:00Z")), "1", "terminating"),
        (LiveState(why="forbidden"), "1", "unknown"),
        (LiveState(LiveMeta(uid="1"), why="forbidden"), "1", "unknown"),
        (LiveState(why="forbidden"), "", "unknown"),
    ],
)
def test_the_state_is_one_word(found: LiveState, uid: str, state: str) -> None:
    assert found.state(uid) == state


async def test_objects_of_clusters_that_nobody_is_logged_in_to_are_unknown_each_with_its_own_reason() -> None:
    secrets: Store[Secret] = Store()
    hub = Connection("https://hub.example")
    clusters = Clusters(hub, ("vidra-system",), secrets, NoopEventHandler(), Verdicts())
    entries = [
        ManagedObject("v1", "ConfigMap", name, "web", server=f"https://{server}.example", uid="1")
        for server in ("east", "west")
        for name in ("one", "two")
    ]
    try:
        found = await live_states(clusters, entries)
    finally:
        await clusters.close()
    assert [state.state("1") for state in found] == ["unknown"] * 4
    assert ["east.example" in state.why for state in found] == [True, True, False, False]
    assert ["west.example" in state.why for state in found] == [False, False, True, True]
