"""A controller that changes an object again after every correction is named, and not fought at full speed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import msgspec

from vidra.controllers.resource.fights import ROUNDS
from vidra.kube.watch import lines
from vidra.manifests.write import write
from vidra.testing.objects import config_map
from vidra.testing.scene import Json, Scene, condition, has_reason

AT_ONCE = {"reconcileOnEvents": True}


@asynccontextmanager
async def stubborn(scene: Scene) -> AsyncIterator[list[int]]:
    """Somebody who sets a field at once whenever it is something else; counts how often."""
    configs, times = await scene.kind("v1", "ConfigMap"), [0]

    async def insist() -> None:
        query = {"watch": "true", "fieldSelector": "metadata.name=box"}
        path = configs.path(scene.namespace)
        async with scene.client.stream(path, query=query, accept="application/json", silence=60) as content:
            async for line in lines(content):
                item: Json = msgspec.json.decode(line)["object"]
                if item["data"]["colour"] != "blue":
                    times[0] += 1
                    mine = config_map("box", scene.namespace, colour="blue")
                    await scene.apply(mine, manager="stubborn-controller")

    task = asyncio.create_task(insist())
    try:
        yield times
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


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
