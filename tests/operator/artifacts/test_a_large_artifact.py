"""An artifact of thousands of objects works like any other, and holds nothing else up (see `never_stalled`)."""

import asyncio

import pytest

from testkit.environment import Scene
from testkit.objects import config_map
from testkit.thorough import amount
from vidra.manifests.write import write

MANY = amount(1_500, 5_000)

pytestmark = pytest.mark.thorough


@pytest.mark.occasional
async def test_thousands_of_objects_come_change_and_go_and_a_small_one_does_not_wait_for_them(scene: Scene) -> None:
    objects = [config_map(f"box-{number}", text="x" * 700) for number in range(MANY)]
    artifact = scene.infrahub.add_artifact("Large", write(objects))
    large = await scene.sync("Large", interval="1s")
    await scene.until_sync(large, lambda item: item.get("status", {}).get("resources", 0) == 1)
    small = await scene.resource(write([config_map("small")]))
    loop = asyncio.get_running_loop()
    began = loop.time()
    await scene.until_resource(small)
    small_took = loop.time() - began
    sync = await scene.until_sync(large)
    assert small_took < (loop.time() - began) / 2
    assert sync["status"]["objects"] == MANY
    objects[7]["data"] = {"text": "new"}
    scene.infrahub.change(artifact, write(objects))
    configs = await scene.kind("v1", "ConfigMap")
    mark = scene.plane.audit.mark()
    await scene.until(configs, "box-7", lambda item: item["data"]["text"] == "new", namespace=scene.namespace)
    await scene.until_sync(large)
    written = [
        entry
        for entry in await scene.plane.audit.since(mark)
        if entry.verb == "patch" and entry.namespace == scene.namespace
    ]
    assert {entry.name for entry in written} <= {"box-7"}
