"""With `writeBack` Infrahub knows what became of its artifacts; without, or while it is away, nothing changes."""

import pytest

from testkit.environment import SYNCS, Scene, is_ready
from testkit.eventually import eventually
from testkit.infrahub import Answered
from testkit.infrahub.deliveries import Json
from testkit.objects import config_map
from vidra.common.backoff import Backoff
from vidra.controllers.sync.write_back import reporter
from vidra.manifests.write import write


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports come at once, and failures are tried again soon."""
    monkeypatch.setattr(reporter, "GATHER", 0.1)
    monkeypatch.setattr(reporter, "PAUSE", 0.2)
    monkeypatch.setattr(reporter, "BACKOFF", Backoff(first=0.2, longest=0.5))


def values(node: Json) -> Json:
    return {field: attribute["value"] for field, attribute in node.items()}


async def test_one_node_for_each_artifact_that_is_written_when_it_changes(scene: Scene) -> None:
    told = scene.infrahub.deliveries
    told.loaded = True
    id_ = scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    name = await scene.sync("Web", source={"writeBack": True}, interval="1s")
    await scene.until_sync(name)
    await eventually(lambda: [node["ready"]["value"] for node in told.nodes.values()] == [True])
    [(key, node)] = told.nodes.items()
    assert key.endswith(f"/{name}-{id_}")
    [resource] = await scene.resources_of(name)
    found = values(node)
    assert (found["artifact"], found["sync"], found["reason"]) == (id_, name, "Applied")
    assert (found["server"], found["objects"]) == ("https://kubernetes.default.svc", 1)
    assert found["checksum"] == resource["status"]["appliedChecksum"]

    # A steady state writes nothing, although Infrahub is asked for artifacts every second.
    before, polls = told.writes, scene.infrahub.requests.count("/api/query")
    await eventually(lambda: scene.infrahub.requests.count("/api/query") >= polls + 2)
    assert told.writes == before

    scene.infrahub.change(id_, "kind: Broken\n")
    await eventually(lambda: values(told.nodes[key])["ready"] is False)
    assert values(told.nodes[key])["reason"] == "InvalidManifest"

    # While Infrahub does not take it nothing waits, and afterwards it is told how things are then.
    scene.infrahub.faults.add(Answered(503), "/graphql*")
    scene.infrahub.change(id_, write([config_map("one", colour="blue")]))
    await scene.until_sync(name)
    assert values(told.nodes[key])["ready"] is False
    scene.infrahub.faults.clear()
    await eventually(lambda: values(told.nodes[key])["ready"] is True)

    # What this process does not know of is read from Infrahub, and goes as well.
    other = scene.infrahub.add_artifact("Web", write([config_map("two", colour="red")]))
    await eventually(lambda: len(told.nodes) == 2)
    scene.infrahub.remove(other)
    await eventually(lambda: list(told.nodes) == [key])
    await scene.patch(SYNCS, name, {"spec": {"source": {"writeBack": False}}})
    await eventually(lambda: not told.nodes)


async def test_without_the_schema_the_sync_is_ready_and_an_event_says_what_to_do(scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    name = await scene.sync("Web", source={"writeBack": True})
    event = await scene.until_event(name, "WriteBackFailed")
    assert "Cannot query field 'VidraDelivery'" in event["message"]
    assert is_ready(await scene.until_sync(name))
    assert not scene.infrahub.deliveries.nodes


async def test_who_does_not_ask_for_it_has_no_request_more(scene: Scene) -> None:
    scene.infrahub.deliveries.loaded = True
    scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    name = await scene.sync("Web", interval="1s")
    await scene.until_sync(name)
    polls = scene.infrahub.requests.count("/api/query")
    await eventually(lambda: scene.infrahub.requests.count("/api/query") >= polls + 1)
    assert scene.infrahub.requests.count("/graphql") == 0
