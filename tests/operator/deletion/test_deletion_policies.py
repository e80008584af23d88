"""What becomes of the objects when their VidraResource is deleted: they go, go one stage after the other, or stay."""

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, is_ready
from testkit.eventually import eventually
from testkit.objects import config_map, namespace
from testkit.operating import Operating
from vidra.api.names import MANAGED_LABEL, PRUNE
from vidra.manifests.write import write

FINALIZER = {"metadata": {"finalizers": ["example.com/keep"]}}
NO_FINALIZER: Json = {"metadata": {"finalizers": None}}


def service(name: str) -> Json:
    """An object of a later stage than ConfigMaps."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": name},
        "spec": {"ports": [{"port": 80}], "selector": {"app": name}},
    }


def deployment(name: str) -> Json:
    labels = {"app": name}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "nginx"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {"replicas": 0, "selector": {"matchLabels": labels}, "template": pod},
    }


def deleting(item: Json) -> bool:
    return bool(condition(item).get("reason") == "Deleting")


async def test_delete_does_not_wait_for_what_is_only_kept_by_finalizers(scene: Scene) -> None:
    configs, services = await scene.kind("v1", "ConfigMap"), await scene.kind("v1", "Service")
    name = await scene.resource(write([config_map("settings"), service("slow")]))
    await scene.until_resource(name)
    await scene.patch(services, "slow", FINALIZER, namespace=scene.namespace)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    slow = await scene.get(services, "slow", namespace=scene.namespace)
    assert slow is not None
    assert slow["metadata"]["deletionTimestamp"]
    assert await scene.get(configs, "settings", namespace=scene.namespace) is None
    await scene.patch(services, "slow", NO_FINALIZER, namespace=scene.namespace)


@pytest.mark.usefixtures("only_events")
async def test_wait_for_termination_starts_a_stage_when_the_one_before_it_is_gone(scene: Scene) -> None:
    configs, services = await scene.kind("v1", "ConfigMap"), await scene.kind("v1", "Service")
    manifest = write([config_map("settings"), service("slow"), service("quick")])
    name = await scene.resource(manifest, deletionPolicy="WaitForTermination")
    await scene.until_resource(name)
    await scene.patch(services, "slow", FINALIZER, namespace=scene.namespace)
    await scene.delete(RESOURCES, name)
    waiting = await scene.until_resource(name, deleting)
    assert "slow" in condition(waiting)["message"]
    assert condition(waiting, "Reconciling")["status"] == "True"
    assert [entry["name"] for entry in waiting["status"]["managedResources"]] == ["settings", "slow"]
    assert await scene.get(configs, "settings", namespace=scene.namespace)
    await scene.patch(services, "slow", NO_FINALIZER, namespace=scene.namespace)
    await scene.until_gone(RESOURCES, name)
    assert await scene.get(configs, "settings", namespace=scene.namespace) is None


@pytest.mark.usefixtures("only_events")
async def test_an_operator_that_starts_sees_at_once_when_the_last_object_is_gone(
    own_scene: Scene, own_operator: Operating
) -> None:
    scene = own_scene
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("slow")]), deletionPolicy="WaitForTermination")
    await scene.until_resource(name)
    await scene.patch(configs, "slow", FINALIZER, namespace=scene.namespace)
    await scene.delete(RESOURCES, name)
    await scene.until_resource(name, deleting)
    await own_operator.stop()
    mark = scene.plane.audit.mark()
    await own_operator.start()

    def watched() -> bool:
        since = scene.plane.audit.so_far(mark)
        return any(entry.verb == "watch" and entry.resource == "configmaps" for entry in since)

    await eventually(watched)
    await scene.patch(configs, "slow", NO_FINALIZER, namespace=scene.namespace)
    await scene.until_gone(RESOURCES, name)


async def test_orphans_stay_exactly_as_they_are_without_a_mark_of_vidra(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    objects = [config_map("settings", colour="red"), deployment("web"), namespace(place), config_map("inside", place)]
    name = await scene.resource(write(objects), deletionPolicy="Orphan")
    await scene.until_resource(name)
    found = [
        (await scene.kind("v1", "ConfigMap"), "settings", scene.namespace),
        (await scene.kind("apps/v1", "Deployment"), "web", scene.namespace),
        (await scene.kind("v1", "Namespace"), place, ""),
        (await scene.kind("v1", "ConfigMap"), "inside", place),
    ]
    before = [await scene.get(kind, item, namespace=where) for kind, item, where in found]
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    for (kind, item, where), was in zip(found, before, strict=True):
        now = await scene.get(kind, item, namespace=where)
        assert now is not None
        assert was is not None
        assert now["metadata"]["uid"] == was["metadata"]["uid"]
        if kind.kind != "Deployment":  # the API server counts a changed annotation as a new generation there
            assert now["metadata"].get("generation") == was["metadata"].get("generation")
        assert [now.get(part) for part in ("spec", "data")] == [was.get(part) for part in ("spec", "data")]
        assert "vidra" not in str(now["metadata"])
        assert "deletionTimestamp" not in now["metadata"]


async def test_an_orphan_that_another_owner_has_stays_marked_as_that_owners(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    manifest = write([config_map("shared", colour="red")])
    leaves = await scene.resource(manifest, deletionPolicy="Orphan")
    await scene.until_resource(leaves)
    stays = await scene.resource(manifest)
    await scene.until_resource(stays)
    await scene.delete(RESOURCES, leaves)
    await scene.until_gone(RESOURCES, leaves)
    shared = await scene.get(configs, "shared", namespace=scene.namespace)
    assert shared is not None
    assert shared["metadata"]["labels"] == {MANAGED_LABEL: "true"}
    assert list(shared["metadata"]["annotations"].values()) == [stays]
    await scene.delete(RESOURCES, stays)
    await scene.until_gone(configs, "shared", namespace=scene.namespace)


async def test_many_owners_that_orphan_one_object_at_once_leave_no_mark(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    manifest = write([config_map("shared", colour="red")])
    names = [await scene.resource(manifest, deletionPolicy="Orphan") for _ in range(8)]
    for name in names:
        await scene.until_resource(name)
    for name in names:
        await scene.delete(RESOURCES, name)
    for name in names:
        await scene.until_gone(RESOURCES, name)
    shared = await scene.get(configs, "shared", namespace=scene.namespace)
    assert shared is not None
    assert shared["data"] == {"colour": "red"}
    assert "vidra" not in str(shared["metadata"])


async def test_an_object_that_says_so_survives_its_vidraresource(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    kept = config_map("kept", colour="red")
    kept["metadata"]["annotations"] = {PRUNE: "disabled"}
    name = await scene.resource(write([kept, config_map("goes")]))
    await scene.until_resource(name, is_ready)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    found = await scene.get(configs, "kept", namespace=scene.namespace)
    assert found is not None
    assert MANAGED_LABEL not in found["metadata"].get("labels", {})
    assert await scene.get(configs, "goes", namespace=scene.namespace) is None
    assert "kept" in (await scene.until_event(name, "Kept"))["message"]
