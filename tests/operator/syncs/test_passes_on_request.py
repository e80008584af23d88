"""When a sync asks Infrahub: at its interval, when somebody wants it, and not while it is suspended."""

import pytest

from testkit.environment import SYNCS, Json, Scene, condition, has_reason
from testkit.trigger import ask
from vidra.api.names import REQUESTED_AT

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: colour}}
data: {{colour: {colour}}}
"""
QUERY = "/api/query/"


async def test_the_annotation_asks_for_one_pass_now_and_the_status_says_that_it_was_made(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    scene.infrahub.change(artifact, CONFIG.format(colour="blue"))
    asked = scene.infrahub.requests.count(QUERY)
    await scene.patch(SYNCS, name, {"metadata": {"annotations": {REQUESTED_AT: "now, please"}}})
    await _until(scene, "blue")
    sync = await scene.until_sync(name, lambda item: _handled(item) == "now, please")
    assert scene.infrahub.requests.count(QUERY) == asked + 1
    assert sync["status"]["lastHandledRequestedAt"] == "now, please"


async def test_a_request_is_answered_although_infrahub_is_in_trouble(scene: Scene) -> None:
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name, has_reason("EmptyResult"))
    sync = await ask(scene, name)
    assert condition(sync)["reason"] == "EmptyResult"


@pytest.mark.occasional
async def test_each_sync_has_its_own_interval(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    scene.infrahub.add_artifact("Shapes", CONFIG.format(colour="red").replace("colour", "shape"))
    slow, fast = await scene.sync("Colours", interval="1h"), await scene.sync("Shapes", interval="1s")
    await scene.until_sync(slow)
    await scene.until_sync(fast)
    await scene.infrahub.requests.until(scene.infrahub.requests.count(QUERY) + 2, QUERY)
    bodies = [entry.body for entry in scene.infrahub.requests.matching(QUERY)]
    assert sum(b"Colours" in body for body in bodies) == 1
    assert sum(b"Shapes" in body for body in bodies) == 3


async def test_a_changed_interval_counts_at_once(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    await scene.sync("Colours", name=name, interval="1s")
    await scene.infrahub.requests.until(3, QUERY)
    scene.infrahub.change(artifact, CONFIG.format(colour="blue"))
    await _until(scene, "blue")


async def test_a_suspended_sync_neither_asks_nor_applies_until_it_goes_on(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    scene.infrahub.add_artifact("Shapes", CONFIG.format(colour="red").replace("colour", "shape"))
    name = await scene.sync("Colours", interval="1s", destination={"reconcileOnEvents": True})
    clock = await scene.sync("Shapes", interval="1s")
    await scene.until_sync(name)
    await scene.until_sync(clock)
    await scene.patch(SYNCS, name, {"spec": {"suspend": True}})
    sync = await scene.until_sync(name, has_reason("Suspended"))
    await scene.until_resource(f"{name}-{artifact}", has_reason("Suspended"))
    assert condition(sync)["status"] == "True"
    assert condition(sync)["message"] == f"suspended; resume it with: vidra resume {name}"
    assert sync["status"]["syncState"] == "Succeeded"

    asked = _asked_for(scene, b"Colours")
    scene.infrahub.change(artifact, CONFIG.format(colour="blue"))
    configs = await scene.kind("v1", "ConfigMap")
    await scene.patch(configs, "colour", {"data": {"colour": "drifted"}}, namespace=scene.namespace)
    await scene.infrahub.requests.until(scene.infrahub.requests.count(QUERY) + 2, QUERY)
    assert _asked_for(scene, b"Colours") == asked
    assert await _colour(scene) == "drifted"

    await scene.patch(SYNCS, name, {"spec": {"suspend": False}})
    await _until(scene, "blue")
    await scene.until_sync(name)
    await scene.until_resource(f"{name}-{artifact}", has_reason("Applied"))


async def test_a_sync_that_is_created_suspended_does_nothing_until_it_goes_on(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    name = await scene.sync("Colours", suspend=True)
    sync = await scene.until_sync(name, has_reason("Suspended"))
    assert condition(sync)["status"] == "False"
    assert scene.infrahub.requests.count() == 0
    await scene.patch(SYNCS, name, {"spec": {"suspend": False}})
    await scene.until_sync(name)
    assert await _colour(scene) == "red"


async def test_a_suspended_sync_can_be_deleted_with_all_it_made(scene: Scene) -> None:
    scene.infrahub.add_artifact("Colours", CONFIG.format(colour="red"))
    name = await scene.sync("Colours")
    await scene.until_sync(name)
    await scene.patch(SYNCS, name, {"spec": {"suspend": True}})
    await scene.until_sync(name, has_reason("Suspended"))
    await scene.delete(SYNCS, name)
    await scene.until_gone(SYNCS, name)
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "colour", namespace=scene.namespace) is None


def _handled(sync: Json) -> str:
    return str(sync.get("status", {}).get("lastHandledRequestedAt"))


def _asked_for(scene: Scene, what: bytes) -> int:
    return sum(what in entry.body for entry in scene.infrahub.requests.matching(QUERY))


async def _colour(scene: Scene) -> str:
    found = await scene.get(await scene.kind("v1", "ConfigMap"), "colour", namespace=scene.namespace)
    assert found is not None
    return str(found["data"]["colour"])


async def _until(scene: Scene, colour: str) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    await scene.until(configs, "colour", lambda item: bool(item["data"]["colour"] == colour), namespace=scene.namespace)
