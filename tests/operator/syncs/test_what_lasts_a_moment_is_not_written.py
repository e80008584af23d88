"""A status or an Event tells what came of something, not what was under way for a moment."""

import pytest

from testkit.environment import RESOURCES, SYNCS, Json, Scene, condition, has_reason, is_ready
from testkit.infrahub.faults import Slow
from testkit.objects import config_map, deployment
from testkit.patience import NEVER
from vidra.manifests.write import write

BOXES = write([config_map(f"box-{number}", colour="red") for number in range(4)])
CHANGED = write([config_map(f"box-{number}", colour="blue") for number in range(4)])


async def writes(scene: Scene, mark: int, *names: str) -> list[str]:
    """What was written of things with these names, or names that begin so; not the creation of syncs, which is ours."""
    return [
        f"{entry.verb} {entry.resource}/{entry.subresource}".rstrip("/")
        for entry in await scene.plane.audit.since(mark)
        if entry.verb in {"create", "update", "patch", "delete"}
        and entry.name.startswith(names)
        and not (entry.resource == "infrahubsyncs" and entry.code == 201)
    ]


async def told(scene: Scene, name: str) -> list[tuple[str, str]]:
    return [(event["reason"], event["message"]) for event in await scene.events_about(name)]


@pytest.mark.usefixtures("patient")
async def test_a_new_sync_is_written_once_when_it_began_and_once_when_it_is_ready(scene: Scene) -> None:
    scene.infrahub.add_artifact("Boxes", BOXES)
    mark = scene.plane.audit.mark()
    name = await scene.sync("Boxes", interval="1h")
    item = await scene.until_sync(name)
    await scene.until_event(name, "Synced")
    [resource] = await scene.resources_of(name)
    assert item["status"]["artifacts"] == 1
    assert item["status"]["objects"] == 4
    assert item["status"]["lastSyncTime"]
    assert await told(scene, name) == [("Synced", "1 artifact with 4 objects applied; 1 VidraResource created")]
    own = await writes(scene, mark, name)
    assert own.count("patch infrahubsyncs") == 1
    assert own.count("patch infrahubsyncs/status") == 1
    assert own.count("patch vidraresources/status") == 1
    texts = resource["spec"]["content"]["secrets"]
    applied = [entry for entry in await scene.plane.audit.since(mark) if entry.namespace == scene.namespace]
    boxes = [entry for entry in applied if entry.resource == "configmaps" and entry.verb == "patch"]
    witness = await scene.resource("kind: [")
    await scene.until_event(witness, "InvalidManifest")  # Events are written in the order of what they tell
    events = [*await told(scene, name), *await told(scene, resource["metadata"]["name"])]
    assert len(own) + len(await writes(scene, mark, *texts)) + len(boxes) + len(events) <= 10


@pytest.mark.usefixtures("patient")
async def test_a_change_is_one_status_and_one_event_and_the_sync_stays_ready(scene: Scene) -> None:
    id_ = scene.infrahub.add_artifact("Boxes", BOXES)
    name = await scene.sync("Boxes", interval="1h")
    before = await scene.until_sync(name)
    scene.infrahub.change(id_, CHANGED)
    mark = scene.plane.audit.mark()
    await scene.patch(SYNCS, name, {"metadata": {"annotations": {"vidra.infrahub.operators.com/requestedAt": "now"}}})

    def handled(item: Json) -> bool:
        assert is_ready(item)
        return bool(item["status"].get("lastHandledRequestedAt") == "now")

    after = await scene.until_sync(name, handled)
    assert after["status"]["checksums"] != before["status"]["checksums"]
    assert (await writes(scene, mark, name)).count("patch infrahubsyncs/status") == 1
    await scene.until_event(name, "Updated")
    assert sorted(reason for reason, _ in await told(scene, name)) == ["Synced", "Updated"]


async def test_an_infrahub_that_takes_longer_is_shown(scene: Scene) -> None:
    scene.infrahub.faults.add(Slow(NEVER))
    name = await scene.sync("Boxes", interval="1h")
    item = await scene.until_sync(name, has_reason("Progressing"))
    assert condition(item)["message"] == "asking Infrahub"


async def test_what_is_not_ready_soon_is_shown(scene: Scene) -> None:
    never = deployment("never", 1)
    scene.infrahub.add_artifact("Boxes", write([never, config_map("box")]))
    name = await scene.sync("Boxes", interval="1h", wait=True)
    item = await scene.until_sync(name, has_reason("ResourcesNotReady"))
    assert item["status"]["artifacts"] == 1
    assert item["status"]["lastSyncTime"]
    await scene.until_event(name, "Created")


@pytest.mark.usefixtures("patient")
async def test_objects_that_become_healthy_soon_are_one_status_and_one_event(scene: Scene) -> None:
    """The controllers need a moment for the Deployment."""
    mark = scene.plane.audit.mark()
    name = await scene.resource(write([deployment("web", 0), config_map("box")]), wait=True, interval="1h")
    item = await scene.until_resource(name)
    await scene.until_event(name, "Applied")
    assert all(entry["uid"] for entry in item["status"]["managedResources"])
    assert [reason for reason, _ in await told(scene, name)] == ["Applied"]
    # Before the objects are applied, and after they are healthy.
    assert (await writes(scene, mark, name)).count("patch vidraresources/status") == 2


async def test_objects_that_are_not_healthy_soon_are_shown(scene: Scene) -> None:
    name = await scene.resource(write([deployment("never", 1)]), wait=True, interval="1h")
    item = await scene.until_resource(name, has_reason("WaitingForHealth"))
    assert all(entry["uid"] for entry in item["status"]["managedResources"])
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)


@pytest.mark.usefixtures("patient")
async def test_a_change_of_the_text_while_health_is_awaited(scene: Scene) -> None:
    """What came of the first text is written before the second is applied."""
    name = await scene.resource(write([deployment("never", 1), config_map("box")]), wait=True, interval="1h")
    await scene.until(await scene.kind("apps/v1", "Deployment"), "never", lambda _: True, namespace=scene.namespace)
    await scene.resource(write([config_map("other")]), name=name, wait=True, interval="1h")
    item = await scene.until_resource(name, lambda item: is_ready(item) and item["status"]["observedGeneration"] == 2)
    assert [entry["name"] for entry in item["status"]["managedResources"]] == ["other"]
    assert await scene.get(await scene.kind("apps/v1", "Deployment"), "never", namespace=scene.namespace) is None


@pytest.mark.usefixtures("patient")
async def test_what_fails_is_shown_at_once(scene: Scene) -> None:
    scene.infrahub.add_artifact("Boxes", "kind: [")
    name = await scene.sync("Boxes", interval="1h")
    item = await scene.until_sync(name, has_reason("ResourcesNotReady"))
    assert item["status"]["resources"] == 1
    await scene.until_event(name, "Created")
