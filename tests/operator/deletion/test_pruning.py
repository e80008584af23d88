"""What is no longer wanted goes: only that very object, in reverse order, and without waiting in the way of others."""

import pytest

from testkit.controlplane.audit import AuditEntry
from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.objects import config_map, namespace
from testkit.operating import Operating
from vidra.manifests.write import write

FINALIZER = {"metadata": {"finalizers": ["example.com/keep"]}}
NO_FINALIZER: Json = {"metadata": {"finalizers": None}}


def stack(place: str) -> list[Json]:
    """A Namespace with a ConfigMap and a Service in it."""
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "door", "namespace": place},
        "spec": {"ports": [{"port": 80}]},
    }
    return [service, config_map("settings", place), namespace(place)]


async def deleted(scene: Scene, mark: int, place: str, count: int) -> list[str]:
    """The resources of the first so many objects that were deleted in a namespace, in this order."""

    def mine(entries: list[AuditEntry]) -> list[str]:
        ended = [entry for entry in entries if entry.verb == "delete" and entry.code < 300]
        return [entry.resource for entry in ended if entry.namespace == place]

    return mine(await scene.plane.audit.until(mark, lambda entries: len(mine(entries)) >= count))


def applied(entry: AuditEntry) -> bool:
    return entry.verb == "patch" and "fieldManager=vidra" in entry.uri


def statuses_of(entries: list[AuditEntry], name: str) -> list[int]:
    """Where the status of a VidraResource was written."""
    return [at for at, entry in enumerate(entries) if entry.name == name and entry.subresource == "status"]


async def test_objects_are_applied_forwards_and_removed_backwards(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    mark = scene.plane.audit.mark()
    name = await scene.resource(write(stack(place)))
    await scene.until_resource(name)
    mine = [entry for entry in await scene.plane.audit.since(mark) if entry.namespace == place]
    assert [entry.resource for entry in mine if applied(entry)] == ["namespaces", "configmaps", "services"]
    mark = scene.plane.audit.mark()
    await scene.delete(RESOURCES, name)
    await scene.until(await scene.kind("v1", "Namespace"), place, lambda item: "deletionTimestamp" in item["metadata"])
    assert await deleted(scene, mark, place, 3) == ["services", "configmaps", "namespaces"]


async def test_new_objects_come_before_old_ones_go(scene: Scene) -> None:
    name = await scene.resource(write([config_map("old")]))
    await scene.until_resource(name)
    mark = scene.plane.audit.mark()
    await scene.resource(write([config_map("new")]), name=name)
    await scene.until_resource(name)
    mine = [entry for entry in await scene.plane.audit.since(mark) if entry.namespace == scene.namespace]
    writes = [(entry.verb, entry.name) for entry in mine if applied(entry) or entry.verb == "delete"]
    assert writes == [("patch", "new"), ("delete", "old")]


async def test_an_object_that_somebody_made_anew_under_the_same_name_stays(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("kept"), config_map("renewed")]))
    await scene.until_resource(name)
    await scene.delete(configs, "renewed", namespace=scene.namespace)
    theirs = await scene.apply(config_map("renewed", scene.namespace, by="hand"))
    await scene.resource(write([config_map("kept")]), name=name)
    resource = await scene.until_resource(name)
    assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["kept"]
    assert await scene.get(configs, "renewed", namespace=scene.namespace) == theirs


async def test_an_object_that_was_put_back_just_before_the_operator_died_is_still_its_own(
    own_scene: Scene, own_operator: Operating
) -> None:
    scene = own_scene
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("renewed")]))
    await scene.until_resource(name)
    before = await scene.get(configs, "renewed", namespace=scene.namespace)
    assert before is not None
    (manager,) = [entry["manager"] for entry in before["metadata"]["managedFields"]]
    await own_operator.stop()
    await scene.delete(configs, "renewed", namespace=scene.namespace)
    await scene.apply(config_map("renewed", scene.namespace), manager=manager)
    await scene.delete(RESOURCES, name)
    await own_operator.start()
    await scene.until_gone(RESOURCES, name)
    assert await scene.get(configs, "renewed", namespace=scene.namespace) is None


@pytest.mark.usefixtures("only_events")
async def test_an_object_with_a_finalizer_is_waited_for_and_vidra_resumes_when_it_is_gone(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("kept"), config_map("slow")]))
    await scene.until_resource(name)
    await scene.patch(configs, "slow", FINALIZER, namespace=scene.namespace)
    await scene.resource(write([config_map("kept")]), name=name)
    waiting = await scene.until_resource(name, has_reason("WaitingForDeletion"))
    assert "slow" in condition(waiting)["message"]
    assert condition(waiting, "Reconciling")["status"] == "True"
    await scene.patch(configs, "slow", NO_FINALIZER, namespace=scene.namespace)
    resource = await scene.until_resource(name)
    assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["kept"]


@pytest.mark.usefixtures("only_events")
async def test_a_wanted_object_that_somebody_deletes_is_made_anew_when_its_finalizers_let_it_go(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("slow")]), destination={"reconcileOnEvents": True})
    await scene.until_resource(name)
    before = await scene.patch(configs, "slow", FINALIZER, namespace=scene.namespace)
    await scene.delete(configs, "slow", namespace=scene.namespace)
    await scene.until_resource(name, has_reason("WaitingForDeletion"))
    await scene.patch(configs, "slow", NO_FINALIZER, namespace=scene.namespace)
    await scene.until_resource(name)
    after = await scene.get(configs, "slow", namespace=scene.namespace)
    assert after is not None
    assert after["metadata"]["uid"] != before["metadata"]["uid"]


async def test_objects_that_are_gone_already_do_not_hold_anything_up(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("kept"), config_map("gone"), config_map("also-gone")]))
    await scene.until_resource(name)
    await scene.delete(configs, "gone", namespace=scene.namespace)
    await scene.resource(write([config_map("kept"), config_map("also-gone")]), name=name)
    await scene.until_resource(name)
    await scene.delete(configs, "also-gone", namespace=scene.namespace)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)


async def test_the_inventory_is_written_before_the_first_object_is(scene: Scene) -> None:
    mark = scene.plane.audit.mark()
    name = await scene.resource(write([config_map("one"), config_map("two")]))
    await scene.until_resource(name)
    since = await scene.plane.audit.until(mark, lambda entries: len(statuses_of(entries, name)) >= 2)
    statuses = statuses_of(since, name)
    applies = [at for at, entry in enumerate(since) if applied(entry) and entry.namespace == scene.namespace]
    assert len(applies) == 2
    assert statuses[0] < applies[0]
    assert len(statuses) == 2


async def test_objects_are_removed_although_their_namespace_went_first(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    spaces = await scene.kind("v1", "Namespace")
    await scene.apply(namespace(place))
    name = await scene.resource(write([config_map("inside", place)]))
    await scene.until_resource(name)
    await scene.delete(spaces, place)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
