"""What the page on ownership shows happens as it says."""

import re
from pathlib import Path

import yaml

from testkit.environment import RESOURCES, Json, Scene, condition

PAGE = (Path(__file__).parents[2] / "docs" / "spec" / "ownership.md").read_text(encoding="utf-8")


async def banner(scene: Scene) -> Json:
    found = await scene.get(await scene.kind("v1", "ConfigMap"), "banner", namespace=scene.namespace)
    assert found is not None
    return dict(found["data"])


async def test_the_example(scene: Scene) -> None:
    everyday, campaign = (yaml.safe_load(block) for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL))
    for body in (everyday, campaign):
        body["spec"]["destination"]["namespace"] = scene.namespace
        await scene.apply(body)
        await scene.until_resource(body["metadata"]["name"])
    assert await banner(scene) == {"colour": "blue", "text": "sale"}
    loser = await scene.request("everyday", "now")
    assert condition(loser)["message"].replace(scene.namespace, "default") in PAGE
    await scene.delete(RESOURCES, "campaign")
    await scene.until_resource("everyday")
    assert await banner(scene) == {"colour": "blue", "text": "welcome"}
