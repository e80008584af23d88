"""However many own an object, and in whatever order they leave: it is there until the last has left, and then gone."""

import asyncio
import random

import msgspec
import pytest
import yaml

from testkit.environment import RESOURCES, Json, Scene
from testkit.objects import config_map, namespace
from testkit.patience import HANG, NEVER
from testkit.thorough import amount
from vidra.kube.discovery import Kind
from vidra.kube.watch import lines
from vidra.manifests.write import write

OWNERS = amount(8, 50)

pytestmark = pytest.mark.thorough


class Life:
    """What became of one object, event by event."""

    def __init__(self, scene: Scene, kind: Kind, name: str, where: str = "") -> None:
        self.ended = asyncio.Event()
        self.left = -1
        """VidraResources that still had their finalizer's work to do when the object was last there."""
        self._task = asyncio.create_task(self._watch(scene, kind, name, where))

    async def _watch(self, scene: Scene, kind: Kind, name: str, where: str) -> None:
        query = {"watch": "true", "fieldSelector": f"metadata.name={name}"}
        async with scene.client.stream(
            kind.path(where), query=query, accept="application/json", silence=NEVER
        ) as content:
            async for line in lines(content):
                event = msgspec.json.decode(line)
                meta = event["object"]["metadata"]
                if "deletionTimestamp" in meta or event["type"] == "DELETED":
                    self.left = len(managers(event["object"]))
                    self.ended.set()
                    return


def managers(item: Json) -> list[str]:
    found = [entry["manager"] for entry in item["metadata"].get("managedFields", [])]
    return [name for name in found if name.startswith("vidra:")]


async def owned(scene: Scene, place: str) -> list[str]:
    """Many owners of one ConfigMap and of one Namespace that Vidra made for them."""
    manifest = write([config_map("shared", colour="red"), namespace(place)])
    names = [f"{scene.namespace}-owner-{number:02}" for number in range(OWNERS)]
    for name in names:
        await scene.resource(manifest, name=name)
    for name in names:
        await scene.until_resource(name)
    return names


@pytest.mark.occasional
async def test_released_in_random_order(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    configs, spaces = await scene.kind("v1", "ConfigMap"), await scene.kind("v1", "Namespace")
    names = await owned(scene, place)
    before = await scene.get(configs, "shared", namespace=scene.namespace)
    assert before is not None
    random.shuffle(names)
    for name in names[:-1]:
        await scene.delete(RESOURCES, name)
        await scene.until_gone(RESOURCES, name)
        for kind, what, where in ((configs, "shared", scene.namespace), (spaces, place, "")):
            found = await scene.get(kind, what, namespace=where)
            assert found is not None
            assert "deletionTimestamp" not in found["metadata"]
            assert name not in str(found)
    found = await scene.get(configs, "shared", namespace=scene.namespace)
    assert found is not None
    assert (found["metadata"]["uid"], found["data"]) == (before["metadata"]["uid"], {"colour": "red"})
    assert managers(found) == [name for name in managers(before) if name.endswith(f":{names[-1]}")]
    await scene.delete(RESOURCES, names[-1])
    await scene.until_gone(RESOURCES, names[-1])
    assert await scene.get(configs, "shared", namespace=scene.namespace) is None
    await scene.until_gone(spaces, place)


@pytest.mark.occasional
async def test_released_at_the_same_moment(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    configs, spaces = await scene.kind("v1", "ConfigMap"), await scene.kind("v1", "Namespace")
    names = await owned(scene, place)
    lives = [Life(scene, configs, "shared", scene.namespace), Life(scene, spaces, place)]
    await asyncio.gather(*(scene.delete(RESOURCES, name) for name in names))
    await asyncio.gather(*(scene.until_gone(RESOURCES, name) for name in names))
    async with asyncio.timeout(HANG):
        await asyncio.gather(*(life.ended.wait() for life in lives))
    # Nobody but the one that deletes it, if at all, has a part in it.
    assert [life.left <= 1 for life in lives] == [True, True]
    assert await scene.get(configs, "shared", namespace=scene.namespace) is None
    await scene.until_gone(spaces, place)


@pytest.mark.occasional
async def test_most_released_at_the_same_moment_leave_the_rest_their_object(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    configs = await scene.kind("v1", "ConfigMap")
    names = await owned(scene, place)
    before = await scene.get(configs, "shared", namespace=scene.namespace)
    assert before is not None
    random.shuffle(names)
    await asyncio.gather(*(scene.delete(RESOURCES, name) for name in names[2:]))
    await asyncio.gather(*(scene.until_gone(RESOURCES, name) for name in names[2:]))
    found = await scene.get(configs, "shared", namespace=scene.namespace)
    assert found is not None
    assert (found["metadata"]["uid"], found["data"]) == (before["metadata"]["uid"], {"colour": "red"})
    assert len(managers(found)) == 2


async def test_owners_are_visible_with_plain_kubectl(scene: Scene) -> None:
    names = [await scene.resource(write([config_map("shared", colour="red")])) for _ in range(3)]
    for name in names:
        await scene.until_resource(name)
    ask = ("get", "configmap", "shared", "-n", scene.namespace, "-o", "yaml")
    shown = yaml.safe_load((await scene.plane.kubectl(*ask)).stdout)["metadata"]
    owners = {value for key, value in shown["annotations"].items() if key.startswith("owner.vidra.")}
    assert owners == set(names)
    assert "managedFields" not in shown
    whole = yaml.safe_load((await scene.plane.kubectl(*ask, "--show-managed-fields")).stdout)
    assert sorted(name.split(":")[2] for name in managers(whole)) == sorted(names)
