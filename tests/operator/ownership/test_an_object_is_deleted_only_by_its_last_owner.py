"""An object is deleted only when nobody else has it, also when somebody took the owners out of managedFields."""

import asyncio
from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.managed_fields import empty_managed_fields
from testkit.model.faulty_proxy import Wire
from testkit.objects import config_map
from testkit.remote import Remote
from testkit.sealed_status import write_as_vidra
from vidra.api.names import OWNER_PREFIX, RECREATE, REQUESTED_AT
from vidra.manifests.write import write

BOX = write([config_map("box", colour="red"), config_map("rest", a="b")])
REST = write([config_map("rest", a="b")])


async def box(scene: Scene) -> Json | None:
    return await scene.get(await scene.kind("v1", "ConfigMap"), "box", namespace=scene.namespace)


async def wiped(scene: Scene, *more: Json) -> str:
    """Somebody empties managedFields; gives the UID of the object."""
    path = (await scene.kind("v1", "ConfigMap")).path(scene.namespace, "box")
    await empty_managed_fields(scene.client, path, *more)
    found = await box(scene)
    assert found is not None
    return str(found["metadata"]["uid"])


async def two(scene: Scene, **spec: Any) -> tuple[str, str]:
    """Two VidraResources with the same objects."""
    first = await scene.resource(BOX, **spec)
    await scene.until_resource(first)
    second = await scene.resource(BOX, **spec)
    await scene.until_resource(second)
    return first, second


async def gone(scene: Scene, *names: str) -> None:
    await asyncio.gather(*(scene.delete(RESOURCES, name) for name in names))
    await asyncio.gather(*(scene.until_gone(RESOURCES, name) for name in names))


async def test_the_deletion_of_one_owner_leaves_what_the_other_has(scene: Scene) -> None:
    first, second = await two(scene)
    uid = await wiped(scene)
    await gone(scene, first)
    left = await box(scene)
    assert left is not None
    assert (left["metadata"]["uid"], left["data"]) == (uid, {"colour": "red"})
    assert first not in left["metadata"]["annotations"].values()
    await scene.request(second, "now")
    await gone(scene, second)
    assert await box(scene) is None


async def test_what_leaves_one_manifest_stays_for_the_other(scene: Scene) -> None:
    first, second = await two(scene)
    uid = await wiped(scene, {"op": "remove", "path": "/metadata/annotations"})
    await scene.resource(REST, name=first)
    await scene.until_resource(first)
    left = await box(scene)
    assert left is not None
    assert left["metadata"]["uid"] == uid
    # The last owner removes it, although nothing on the object tells of it.
    await scene.resource(REST, name=second)
    await scene.until_resource(second)
    assert await box(scene) is None


async def test_owners_that_go_at_once_leave_nothing(scene: Scene) -> None:
    names = await two(scene)
    await wiped(scene)
    await gone(scene, *names)
    assert await box(scene) is None


async def test_owners_that_lose_interest_at_once_leave_nothing(scene: Scene) -> None:
    names = await two(scene)
    await wiped(scene)
    await asyncio.gather(*(scene.resource(REST, name=name) for name in names))
    await asyncio.gather(*(scene.until_resource(name) for name in names))
    assert await box(scene) is None


async def test_an_owner_that_only_wants_it_in_its_text_keeps_nothing(scene: Scene) -> None:
    first = await scene.resource(BOX)
    await scene.until_resource(first)
    refused = await scene.resource(write([config_map("box", colour="blue")]), interval="1s")
    await scene.until_resource(refused, has_reason("Conflict"))
    before = await wiped(scene)
    await gone(scene, first)
    await scene.until_resource(refused)
    now = await box(scene)
    assert now is not None
    assert (now["metadata"]["uid"] != before, now["data"]) == (True, {"colour": "blue"})


async def test_an_owner_of_another_hub_keeps_it(scene: Scene) -> None:
    name = await scene.resource(BOX)
    await scene.until_resource(name)
    theirs = {"op": "add", "path": f"/metadata/annotations/{OWNER_PREFIX.replace('/', '~1')}0000ffff-1", "value": "x"}
    uid = await wiped(scene, theirs)
    await gone(scene, name)
    left = await box(scene)
    assert left is not None
    assert (left["metadata"]["uid"], left["data"]) == (uid, {"colour": "red"})
    assert left["metadata"]["labels"]


async def test_two_addresses_of_one_cluster_are_one_cluster(scene: Scene, remote: Remote) -> None:
    await remote.credentials()
    first = await remote.resource(BOX)
    await scene.until_resource(first)
    async with Wire(remote.server) as wire:
        remote.moved_to(wire.url)
        await remote.credentials("another")
        second = await remote.resource(BOX)
        await scene.until_resource(second)
        uid = await wiped(remote.scene)
        await gone(scene, first)
        left = await box(remote.scene)
        assert left is not None
        assert left["metadata"]["uid"] == uid
        await gone(scene, second)
    assert await box(remote.scene) is None


@pytest.mark.parametrize("announced", [True, False])
async def test_an_owner_that_has_only_announced_it_is_waited_for(scene: Scene, announced: bool) -> None:
    first = await scene.resource(BOX)
    await scene.until_resource(first)
    other = await scene.resource(REST, suspend=True)
    await scene.until_resource(other, has_reason("Suspended"))
    entry = {"apiVersion": "v1", "kind": "ConfigMap", "name": "box", "namespace": scene.namespace}
    if announced:
        await write_as_vidra(scene, other, managedResources=[entry])
    await scene.delete(RESOURCES, first)
    if announced:
        waiting = await scene.until_resource(first, lambda item: "not removed before" in condition(item)["message"])
        assert other in condition(waiting)["message"]
        assert await box(scene) is not None
        await write_as_vidra(scene, other, managedResources=[])
        await scene.patch(RESOURCES, first, {"metadata": {"annotations": {REQUESTED_AT: "now"}}})
    await scene.until_gone(RESOURCES, first)
    assert await box(scene) is None


async def test_an_object_that_another_has_is_not_made_anew(scene: Scene) -> None:
    def job(image: str) -> str:
        template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "one", "image": image}]}}
        metadata = {"name": "box", "annotations": {RECREATE: "enabled"}}
        spec = {"suspend": True, "template": template}
        return write([{"apiVersion": "batch/v1", "kind": "Job", "metadata": metadata, "spec": spec}])

    first = await scene.resource(job("example.com/a:1"))
    await scene.until_resource(first)
    second = await scene.resource(job("example.com/a:1"), suspend=False)
    await scene.until_resource(second)
    jobs = await scene.kind("batch/v1", "Job")
    await empty_managed_fields(scene.client, jobs.path(scene.namespace, "box"))
    before = await scene.get(jobs, "box", namespace=scene.namespace)
    await scene.resource(job("example.com/a:2"), name=first)
    refused = await scene.until_resource(first, has_reason("Immutable"))
    assert "other owners" in condition(refused)["message"]
    now = await scene.get(jobs, "box", namespace=scene.namespace)
    assert before is not None
    assert now is not None
    assert now["metadata"]["uid"] == before["metadata"]["uid"]
