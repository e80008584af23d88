"""A registered cluster that shows another one's UID is believed nothing about that one's objects."""

from collections.abc import AsyncIterator

import pytest

from testkit.environment import NAMESPACES, RESOURCES, Json, Scene, condition
from testkit.impostor import Impostor
from testkit.model.faulty_proxy import Wire
from testkit.objects import annotated, config_map
from testkit.remote import Remote
from vidra.kube.client import MERGE_PATCH, encode
from vidra.manifests.write import write

REST = config_map("rest", a="b")
PROD = config_map("prod", colour="red")
JOB: Json = {
    "apiVersion": "batch/v1",
    "kind": "Job",
    "metadata": {"name": "pay"},
    "spec": {"template": {"spec": {"restartPolicy": "Never", "containers": [{"name": "one", "image": "pay:1"}]}}},
}


async def uid_of(scene: Scene) -> str:
    found = await scene.get(NAMESPACES, "kube-system")
    assert found is not None
    return str(found["metadata"]["uid"])


@pytest.fixture(params=["home", "remote"])
async def victim(request: pytest.FixtureRequest, scene: Scene, remote: Remote, west: Remote) -> AsyncIterator[Scene]:
    """The place of somebody's objects; behind `west` is one who says that it is the same cluster."""
    place = scene if request.param == "home" else remote.scene
    await remote.credentials()
    async with Impostor(west.scene.plane, await uid_of(west.scene), await uid_of(place)) as impostor:
        impostor.take_the_place_of(west)
        await west.credentials()
        yield place


def destination(victim: Scene, scene: Scene) -> Json:
    return {} if victim is scene else {"server": victim.plane.server}


async def there(victim: Scene, item: Json) -> Json | None:
    kind = await victim.kind(item["apiVersion"], item["kind"])
    return await victim.get(kind, item["metadata"]["name"], namespace=victim.namespace)


async def test_what_is_announced_there_holds_up_no_prune_here(scene: Scene, west: Remote, victim: Scene) -> None:
    place = destination(victim, scene)
    owner = await scene.resource(write([PROD, REST]), destination=place)
    await scene.until_resource(owner)
    never = config_map("first", "no-such-namespace")
    theirs = await west.resource(write([never, annotated(PROD, wave="1")]))
    await scene.until_resource(theirs, lambda item: "wave 1 waits" in condition(item).get("message", ""))
    await scene.resource(write([REST]), name=owner, destination=place)
    await scene.until_resource(owner)
    assert await there(victim, PROD) is None


async def test_a_job_that_ended_there_runs_here_and_both_are_told(scene: Scene, west: Remote, victim: Scene) -> None:
    theirs = await west.resource(write([JOB]), destination={"reconcileOnEvents": True})
    await scene.until_resource(theirs)
    await _end(west.scene)
    await scene.until_resource(theirs, lambda item: "ended" in item["status"]["managedResources"][0])
    owner = await scene.resource(write([JOB]), destination=destination(victim, scene))
    await scene.until_resource(owner)
    assert await there(victim, JOB)
    event = await scene.until_event(owner, "ClusterNotProven")
    assert west.server in event["message"]


async def test_an_announcement_by_another_address_of_the_same_server_is_waited_for(
    scene: Scene, remote: Remote
) -> None:
    await remote.credentials()
    owner = await remote.resource(write([PROD, REST]))
    await scene.until_resource(owner)
    before, first = await remote.box("prod"), remote.server
    later = remote.scene.namespace + "-later"
    async with Wire(remote.server) as wire:
        remote.moved_to(wire.url)
        await remote.credentials("another")
        theirs = await remote.resource(write([config_map("first", later), annotated(PROD, wave="1")]))
        await scene.until_resource(theirs, lambda item: "wave 1 waits" in condition(item).get("message", ""))
        await scene.resource(write([REST]), name=owner, destination={"server": first})
        await scene.until_resource(owner, lambda item: "not removed before" in condition(item).get("message", ""))
        await remote.scene.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": later}})
        await scene.until_resource(theirs)
        await scene.request(owner, "now")
        await scene.until_resource(owner)
        after = await remote.box("prod")
        assert before is not None
        assert after is not None
        assert after["metadata"]["uid"] == before["metadata"]["uid"]
        await remote.end(theirs)
    assert not [event for event in await scene.events_about(owner) if event["reason"] == "ClusterNotProven"]
    await scene.delete(RESOURCES, owner)


async def _end(scene: Scene) -> None:
    """Do what the Job's controller does when its Pod has ended."""
    kind, now = await scene.kind("batch/v1", "Job"), "2026-01-01T00:00:00Z"
    conditions = [
        {"type": name, "status": "True", "lastTransitionTime": now, "lastProbeTime": now}
        for name in ("SuccessCriteriaMet", "Complete")
    ]
    status = {"startTime": now, "completionTime": now, "succeeded": 1, "conditions": conditions}
    path = kind.path(scene.namespace, "pay", "status")
    await scene.client.send("PATCH", path, body=encode({"status": status}), content_type=MERGE_PATCH)
