"""From an artifact in Infrahub to objects in a cluster, and on when it changes."""

from testkit.environment import Scene
from vidra.api.names import MANAGED_LABEL

CONFIG = """
apiVersion: v1
kind: ConfigMap
metadata: {{name: {name}}}
data: {{colour: {colour}}}
"""


async def test_every_artifact_of_the_name_becomes_a_vidraresource_with_its_objects(scene: Scene) -> None:
    first = scene.infrahub.add_artifact("Colours", CONFIG.format(name="one", colour="red"))
    second = scene.infrahub.add_artifact("Colours", CONFIG.format(name="two", colour="blue"))
    scene.infrahub.add_artifact("Shapes", CONFIG.format(name="three", colour="none"))
    name = await scene.sync("Colours")
    sync = await scene.until_sync(name)
    assert sync["status"]["progress"] == "2/2"
    resources = await scene.resources_of(name)
    assert [item["metadata"]["name"] for item in resources] == sorted([f"{name}-{first}", f"{name}-{second}"])
    configs = await scene.kind("v1", "ConfigMap")
    one = await scene.get(configs, "one", namespace=scene.namespace)
    assert one is not None
    assert one["data"] == {"colour": "red"}
    assert one["metadata"]["labels"] == {MANAGED_LABEL: "true"}
    assert await scene.get(configs, "three", namespace=scene.namespace) is None


async def test_a_changed_artifact_changes_its_objects_and_removes_those_it_no_longer_has(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact(
        "Colours", CONFIG.format(name="stays", colour="red") + "---" + CONFIG.format(name="goes", colour="red")
    )
    name = await scene.sync("Colours", interval="1s")
    await scene.until_sync(name)
    configs = await scene.kind("v1", "ConfigMap")
    before = await scene.get(configs, "stays", namespace=scene.namespace)
    assert before is not None
    scene.infrahub.change(artifact, CONFIG.format(name="stays", colour="green"))
    after = await scene.until(
        configs, "stays", lambda item: bool(item["data"] == {"colour": "green"}), namespace=scene.namespace
    )
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    await scene.until_gone(configs, "goes", namespace=scene.namespace)
