"""An object that is being deleted is not written to, not even by its owner; a new one follows when it is gone."""

import pytest

from testkit.environment import Json, Scene, condition, has_reason
from testkit.objects import config_map
from vidra.manifests.write import write

FINALIZER = "fin.example.com/keep"
AT_ONCE = {"reconcileOnEvents": True}


@pytest.mark.parametrize(
    "spec",
    [
        pytest.param({}, id="its own"),
        pytest.param({"ignoreDifferences": [{"jsonPointers": ["/data/theirs"]}]}, id="beside others"),
        pytest.param({"driftPolicy": "Report"}, id="drift is reported"),
    ],
)
async def test_a_new_text_waits_for_the_end_of_the_old_object(scene: Scene, spec: Json) -> None:
    configs = await scene.kind("v1", "ConfigMap")

    async def keep(*finalizers: str) -> Json:
        patch = {"metadata": {"finalizers": list(finalizers)}}
        return await scene.patch(configs, "box", patch, namespace=scene.namespace)

    async def give(colour: str, name: str = "") -> str:
        return await scene.resource(write([config_map("box", colour=colour)]), name=name, destination=AT_ONCE, **spec)

    name = await give("red")
    await scene.until_resource(name)
    await keep(FINALIZER)
    mark = scene.plane.audit.mark()
    await scene.delete(configs, "box", namespace=scene.namespace)
    if "driftPolicy" not in spec:
        await scene.until_resource(name, has_reason("WaitingForDeletion"))
    await give("blue", name)
    waiting = await scene.until_resource(name, has_reason("WaitingForDeletion"))
    assert FINALIZER in condition(waiting)["message"]
    old = await scene.get(configs, "box", namespace=scene.namespace)
    assert old is not None
    assert old["data"] == {"colour": "red"}
    requests = [item for item in await scene.plane.audit.since(mark) if item.namespace == scene.namespace]
    written = [item for item in requests if item.name == "box" and "dryRun" not in item.uri]
    assert {item.verb for item in written} <= {"get", "delete"}
    await keep()
    await scene.until_resource(name)
    new = await scene.get(configs, "box", namespace=scene.namespace)
    assert new is not None
    assert (new["metadata"]["uid"] != old["metadata"]["uid"], new["data"]) == (True, {"colour": "blue"})
