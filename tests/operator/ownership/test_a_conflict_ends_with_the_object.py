"""Whoever was refused an object has it as soon as it is free, without waiting for an interval."""

import pytest

from testkit.environment import RESOURCES, Scene, has_reason
from testkit.objects import config_map
from vidra.manifests.write import write


@pytest.mark.faces(1)
@pytest.mark.parametrize("way", ["owner deleted", "pruned", "given up"])
async def test_the_loser_is_told(scene: Scene, way: str) -> None:
    red, blue = (write([config_map("box", colour=colour), config_map("rest", a="b")]) for colour in ("red", "blue"))
    first = await scene.resource(red, interval="1h")
    await scene.until_resource(first)
    second = await scene.resource(blue, interval="1h")
    await scene.until_resource(second, has_reason("Conflict"))
    match way:
        case "owner deleted":
            await scene.delete(RESOURCES, first)
        case "pruned":
            await scene.resource(write([config_map("rest", a="b")]), name=first, interval="1h")
        case _:
            await scene.resource(
                write([config_map("box", size="1"), config_map("rest", a="b")]), name=first, interval="1h"
            )
    await scene.until_resource(second)
