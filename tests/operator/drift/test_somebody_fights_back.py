"""A controller that changes an object again after every correction is named, and not fought at full speed."""

from testkit.conflicting_writer import stubborn
from testkit.environment import Scene, condition, has_reason
from testkit.objects import config_map
from vidra.controllers.resource.drift.fights import ROUNDS
from vidra.manifests.write import write

AT_ONCE = {"reconcileOnEvents": True}


async def test_it_is_named_and_left_alone_for_a_while_and_the_others_go_on(scene: Scene) -> None:
    text = write([config_map("box", colour="red"), config_map("calm", colour="red")])
    name = await scene.resource(text, destination=AT_ONCE)
    await scene.until_resource(name)
    async with stubborn(scene) as times:
        resource = await scene.until_resource(name, has_reason("DriftFight"))
        message = condition(resource)["message"]
        assert "stubborn-controller" in message
        assert ".data.colour" in message
        assert "ignoreDifferences" in message
        fought = times[0]
        assert ROUNDS <= fought <= ROUNDS + 2
        configs = await scene.kind("v1", "ConfigMap")
        await scene.patch(configs, "calm", {"data": {"colour": "blue"}}, namespace=scene.namespace)
        await scene.until(
            configs, "calm", lambda item: bool(item["data"] == {"colour": "red"}), namespace=scene.namespace
        )
        await scene.request(name, "now")
        assert times[0] == fought
    assert (await scene.until_event(name, "DriftFight"))["type"] == "Warning"
