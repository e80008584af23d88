"""A VidraResource of a living sync that somebody deletes comes back, with its objects."""

import pytest

from testkit.environment import RESOURCES, SYNCS, Json, Scene, condition
from testkit.trigger import ask

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data: {{colour: red}}
"""
ARTIFACT = "/api/artifact/"


async def test_a_deleted_vidraresource_comes_back_without_waiting_for_the_interval(scene: Scene) -> None:
    gone, stays = [scene.infrahub.add_artifact("Colours", CONFIG.format(name=name)) for name in ("gone", "stays")]
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    resource = await scene.get(RESOURCES, f"{name}-{gone}")
    other = await scene.get(RESOURCES, f"{name}-{stays}")
    assert resource is not None
    await scene.delete(RESOURCES, f"{name}-{gone}")
    await scene.until_resource(f"{name}-{gone}", lambda item: _is_new(item, resource) and _ready(item))
    assert await _object(scene, "gone") is not None
    sync = await scene.until_sync(name)
    assert sync["status"]["progress"] == "2/2"
    assert await scene.get(RESOURCES, f"{name}-{stays}") == other
    assert scene.infrahub.requests.count(f"{ARTIFACT}{stays}") == 1


@pytest.mark.occasional
async def test_a_vidraresource_whose_deletion_takes_time_comes_back_afterwards(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(name="kept"))
    name = await scene.sync("Colours", interval="1s", deletionPolicy="WaitForTermination")
    await scene.until_sync(name)
    configs = await scene.kind("v1", "ConfigMap")
    keep: Json = {"metadata": {"finalizers": ["example.com/keep"]}}
    await scene.patch(configs, "kept", keep, namespace=scene.namespace)
    old = await scene.get(RESOURCES, f"{name}-{artifact}")
    assert old is not None
    await scene.delete(RESOURCES, f"{name}-{artifact}")
    await scene.until_resource(f"{name}-{artifact}", lambda item: bool(condition(item).get("reason") == "Deleting"))
    sync = await ask(scene, name)
    assert condition(sync)["reason"] == "ResourcesNotReady"
    assert f"{name}-{artifact} (Deleting)" in condition(sync)["message"]
    assert condition(sync, "Reconciling")["status"] == "True"
    assert scene.infrahub.requests.count(ARTIFACT) == 1
    await scene.patch(configs, "kept", {"metadata": {"finalizers": None}}, namespace=scene.namespace)
    await scene.until_resource(f"{name}-{artifact}", lambda item: _is_new(item, old) and _ready(item))
    await scene.until_sync(name)
    assert await _object(scene, "kept") is not None


async def test_all_of_a_syncs_vidraresources_at_once_come_back(scene: Scene) -> None:
    for number in range(5):
        scene.infrahub.add_artifact("Colours", CONFIG.format(name=f"colour-{number}"))
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    before = {item["metadata"]["name"]: item for item in await scene.resources_of(name)}
    for resource in before:
        await scene.delete(RESOURCES, resource)
    for resource in before:
        await scene.until_resource(resource, lambda item: _is_new(item, before[item["metadata"]["name"]]))
        await scene.until_resource(resource)
    sync = await scene.until_sync(name)
    assert sync["status"]["progress"] == "5/5"


async def test_a_deleted_sync_takes_everything_along_although_infrahub_is_away(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Colours", CONFIG.format(name="gone"))
    name = await scene.sync("Colours", interval="1s")
    await scene.until_sync(name)
    await scene.infrahub.stop()
    await scene.delete(SYNCS, name)
    await scene.until_gone(SYNCS, name)
    assert await scene.get(RESOURCES, f"{name}-{artifact}") is None
    assert await _object(scene, "gone") is None


def _is_new(item: Json, old: Json) -> bool:
    return bool(item["metadata"]["uid"] != old["metadata"]["uid"])


def _ready(item: Json) -> bool:
    return condition(item).get("status") == "True"


async def _object(scene: Scene, name: str) -> Json | None:
    return await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace)
