"""An object that is on its way out is not written to; the message names what keeps it, and a new one follows."""

from testkit.environment import Json, Scene, condition, has_reason
from testkit.objects import config_map
from vidra.manifests.write import write

FINALIZER = "fin.example.com/keep"


async def test_a_new_text_waits_for_the_end_of_the_old_object(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")

    async def keep(*finalizers: str) -> Json:
        patch = {"metadata": {"finalizers": list(finalizers)}}
        return await scene.patch(configs, "box", patch, namespace=scene.namespace)

    name = await scene.resource(write([config_map("box", colour="red")]), destination={"reconcileOnEvents": True})
    await scene.until_resource(name)
    await keep(FINALIZER)
    await scene.delete(configs, "box", namespace=scene.namespace)
    await scene.until_resource(name, has_reason("WaitingForDeletion"))
    blue = write([config_map("box", colour="blue")])
    await scene.resource(blue, name=name, destination={"reconcileOnEvents": True})
    waiting = await scene.until_resource(name, has_reason("WaitingForDeletion"))
    assert FINALIZER in condition(waiting)["message"]
    old = await keep(FINALIZER)
    assert old["data"] == {"colour": "red"}
    await keep()
    await scene.until_resource(name)
    new = await scene.get(configs, "box", namespace=scene.namespace)
    assert new is not None
    assert (new["metadata"]["uid"] != old["metadata"]["uid"], new["data"]) == (True, {"colour": "blue"})
