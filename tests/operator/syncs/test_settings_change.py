"""The ConfigMap with Vidra's settings: a change takes effect at once, a mistake keeps the default and is said."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from testkit.environment import OWN, Json, Scene, has_reason
from testkit.infrahub.stored import StoredQuery
from testkit.trigger import warned
from vidra.kube.discovery import Kind

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {name: colour}
data: {colour: red}
"""
CONFIG_MAPS = Kind("v1", "ConfigMap", "configmaps", namespaced=True)
QUERY = "/api/query/"

Settings = Callable[..., Awaitable[Json]]


@pytest.fixture
async def settings(own_scene: Scene) -> AsyncIterator[Settings]:
    """Write the ConfigMap; it goes with the test."""

    async def write(**data: str) -> Json:
        labels = {"app": "vidra"}
        metadata = {"name": "vidra-config", "namespace": OWN, "labels": labels}
        return await own_scene.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data})

    await write()
    yield write
    await own_scene.delete(CONFIG_MAPS, "vidra-config", namespace=OWN)


@pytest.mark.occasional
async def test_a_shorter_interval_of_the_configmap_takes_effect_without_a_restart(
    own_scene: Scene, settings: Settings
) -> None:
    requests = own_scene.infrahub.requests
    own_scene.infrahub.add_artifact("Colours", CONFIG)
    await settings(requeueSyncAfter="1h")
    slow, own = await own_scene.sync("Colours"), await own_scene.sync("Shapes", interval="1h")
    await own_scene.until_sync(slow)
    await own_scene.until_sync(own, has_reason("EmptyResult"))
    own_scene.infrahub.add_artifact("Shapes", CONFIG.replace("colour", "shape"))
    await own_scene.until_sync(own)
    before = len([entry for entry in requests.matching(QUERY) if b"Colours" in entry.body])
    await settings(requeueSyncAfter="1s")
    await requests.until(requests.count(QUERY) + 4, QUERY)
    after = len([entry for entry in requests.matching(QUERY) if b"Colours" in entry.body])
    assert after - before >= 3  # the other sync has its own interval, and was asked once because settings changed


@pytest.mark.usefixtures("only_events")
async def test_the_name_of_the_stored_query_takes_effect_without_a_restart(
    own_scene: Scene, settings: Settings
) -> None:
    own_scene.infrahub.add_artifact("Colours", CONFIG)
    own_scene.infrahub.store_query(StoredQuery(name="MyArtifacts"))
    own_scene.infrahub.remove_query("ArtifactIDs")
    name = await own_scene.sync("Colours", interval="1h")
    sync = await own_scene.until_sync(name, has_reason("QueryNotFound"))
    assert "`ArtifactIDs`" in sync["status"]["lastError"]
    await settings(queryName="MyArtifacts")
    await own_scene.until_sync(name)
    assert own_scene.infrahub.requests.count("/api/query/MyArtifacts") == 1


async def test_drift_is_put_back_at_once_when_the_configmap_says_so(own_scene: Scene, settings: Settings) -> None:
    own_scene.infrahub.add_artifact("Colours", CONFIG)
    await settings(eventBasedReconcile="false", requeueResourcesAfter="1h")
    await own_scene.until_sync(await own_scene.sync("Colours", interval="1s"))
    await _paint(own_scene, "blue")
    asked = own_scene.infrahub.requests.count(QUERY)
    await own_scene.infrahub.requests.until(asked + 2, QUERY)
    assert await _colour(own_scene) == "blue"
    await settings(eventBasedReconcile="true", requeueResourcesAfter="1h")
    await _until_red(own_scene)  # a change of the settings looks at everything
    await _paint(own_scene, "green")
    await _until_red(own_scene)


async def test_drift_is_put_back_at_the_interval_of_the_configmap(own_scene: Scene, settings: Settings) -> None:
    own_scene.infrahub.add_artifact("Colours", CONFIG)
    await settings(requeueResourcesAfter="1s")
    await own_scene.until_sync(await own_scene.sync("Colours", interval="1h"))
    await _paint(own_scene, "blue")
    await _until_red(own_scene)


@pytest.mark.faces(3)
@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("requeueSyncAfter", "soon", "requeueSyncAfter: 'soon' is not a duration: write numbers with their units"),
        ("requeueSyncAfter", "10", "requeueSyncAfter: '10' is not a duration"),
        ("requeueSyncAfter", "1ms", "requeueSyncAfter: '1ms' is shorter than 1s"),
        ("requeueResourcesAfter", "-1m", "requeueResourcesAfter: '-1m' is shorter than 1s"),
        ("queryName", " ", "queryName is empty"),
        ("eventBasedReconcile", "maybe", "eventBasedReconcile: write true or false"),
        ("logLevel", "loud", "logLevel: write debug, info, warning or error"),
    ],
)
async def test_a_bad_value_keeps_its_default_and_a_warning_says_so(
    own_scene: Scene, settings: Settings, key: str, value: str, says: str
) -> None:
    own_scene.infrahub.add_artifact("Colours", CONFIG)
    other = {"requeueResourcesAfter": "1s"} if key != "requeueResourcesAfter" else {"requeueSyncAfter": "1s"}
    await settings(**{key: value, **other})
    message = await warned(own_scene, says)
    assert "stays in force" in message
    await own_scene.until_sync(await own_scene.sync("Colours"))
    assert own_scene.infrahub.requests.count("/api/query/ArtifactIDs") > 0


async def test_missing_keys_and_no_configmap_at_all_are_fine(own_scene: Scene, settings: Settings) -> None:
    own_scene.infrahub.add_artifact("Colours", CONFIG)
    await settings(requeueSyncAfter="1h")
    name = await own_scene.sync("Colours")
    await own_scene.until_sync(name)
    asked = own_scene.infrahub.requests.count(QUERY)
    config = await settings()
    await own_scene.infrahub.requests.until(asked + 1, QUERY)
    await own_scene.until_sync(name)
    assert await _warnings(own_scene, config) == []


async def _paint(scene: Scene, colour: str) -> None:
    await scene.patch(CONFIG_MAPS, "colour", {"data": {"colour": colour}}, namespace=scene.namespace)


async def _colour(scene: Scene) -> str:
    found = await scene.get(CONFIG_MAPS, "colour", namespace=scene.namespace)
    assert found is not None
    return str(found["data"]["colour"])


async def _until_red(scene: Scene) -> None:
    await scene.until(
        CONFIG_MAPS, "colour", lambda item: bool(item["data"]["colour"] == "red"), namespace=scene.namespace
    )


async def _warnings(scene: Scene, config: Json) -> list[Json]:
    listing: Json = await scene.client.get(f"/api/v1/namespaces/{OWN}/events", Json)
    return [event for event in listing["items"] if event["involvedObject"]["uid"] == config["metadata"]["uid"]]
