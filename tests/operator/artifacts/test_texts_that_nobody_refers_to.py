"""A pass may end between any two of its writes: the next one drops what it left of texts that nobody refers to."""

from collections.abc import AsyncIterator

import pytest

from testkit.environment import OWN, RESOURCES, SECRETS, Json, Scene
from testkit.eventually import eventually
from testkit.gate import Gate, Held, once
from testkit.objects import config_map
from testkit.operating import Operating
from testkit.trigger import ask
from vidra.api.names import SYNC_LABEL
from vidra.apply.field_owner import hashed
from vidra.manifests.write import write

RED = write([config_map("colour", colour="red")])
BLUE = write([config_map("colour", colour="blue")])


@pytest.fixture
async def gate(own_scene: Scene, own_operator: Operating) -> AsyncIterator[Gate]:
    """A gate between the control plane and the operator."""
    await own_operator.stop()
    async with Gate(own_scene.plane) as gate, Operating(own_scene.plane, server=gate.url):
        yield gate
    await own_operator.start()


async def test_a_text_that_could_not_be_dropped_is_dropped_by_the_next_pass(own_scene: Scene, gate: Gate) -> None:
    scene = own_scene
    artifact = scene.infrahub.add_artifact("Colours", RED)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    gate.refuse = once("DELETE", "secrets")
    scene.infrahub.change(artifact, BLUE)
    await ask(scene, name)
    assert len(await _texts_of(scene, name)) == 2
    await ask(scene, name)
    await _only_its_own(scene, name, artifact)


@pytest.mark.parametrize(
    ("method", "collection"),
    [("POST", "secrets"), ("PATCH", "vidraresources")],
    ids=["before-it-was-referred-to", "before-the-last-one-was-dropped"],
)
async def test_a_pass_that_is_broken_off_leaves_no_text(
    own_scene: Scene, gate: Gate, method: str, collection: str
) -> None:
    scene = own_scene
    artifact = scene.infrahub.add_artifact("Colours", RED)
    name = await scene.sync("Colours", interval="1h")
    await scene.until_sync(name)
    (before,) = await scene.resources_of(name)
    await scene.until_resource(before["metadata"]["name"])
    gate.back = held = Held(method, collection)
    scene.infrahub.change(artifact, BLUE)
    await scene.sync("Colours", name=name, interval="2h")
    await held.reached.wait()
    if method == "POST":
        scene.infrahub.change(artifact, RED)
    await scene.sync("Colours", name=name, interval="3h")
    held.go.set()
    await scene.until_sync(name)
    await _only_its_own(scene, name, artifact)


async def _only_its_own(scene: Scene, sync: str, artifact: str) -> None:
    async def only() -> bool:
        resource = await scene.get(RESOURCES, f"{sync}-{artifact}")
        return resource is not None and await _texts_of(scene, sync) == resource["spec"]["content"]["secrets"]

    await eventually(only)


async def _texts_of(scene: Scene, sync: str) -> list[str]:
    query = {"labelSelector": f"{SYNC_LABEL}={hashed(sync)}"}
    listing: Json = await scene.client.get(SECRETS.path(OWN), Json, query=query)
    return [item["metadata"]["name"] for item in listing["items"]]
