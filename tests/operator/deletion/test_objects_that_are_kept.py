"""What says that it stays, or holds what is not Vidra's, is let go instead of pruned."""

from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene, is_ready
from testkit.objects import config_map, custom, definition, namespace, secret
from vidra.api.names import MANAGED_LABEL, PRUNE
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

KEEP = {"metadata": {"annotations": {PRUNE: "disabled"}}}


async def kept(scene: Scene, name: str) -> str:
    event = await scene.until_event(name, "Kept")
    assert event["type"] == "Normal"
    return str(event["message"])


def claim(name: str, **spec: Any) -> Json:
    wanted = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Mi"}}, "storageClassName": ""}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {**wanted, **spec},
    }


def untouched(before: Json, after: Json | None) -> Json:
    assert after is not None
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert "deletionTimestamp" not in after["metadata"]
    assert {key: after.get(key) for key in ("data", "spec")} == {key: before.get(key) for key in ("data", "spec")}
    assert "owner.vidra" not in str(after["metadata"])
    assert "vidra:" not in str(after["metadata"].get("managedFields"))
    assert MANAGED_LABEL not in after["metadata"].get("labels", {})
    return after


async def put_in(scene: Scene, *objects: Json) -> str:
    """Apply objects beside another; gives the name of the VidraResource."""
    name = await scene.resource(write([config_map("other"), *objects]))
    await scene.until_resource(name)
    return name


async def leave_out(scene: Scene, name: str, *left: Json) -> Json:
    await scene.resource(write([config_map("other"), *left]), name=name)
    return await scene.until_resource(name, is_ready)


async def look(scene: Scene, kind: Kind, name: str) -> Json:
    found = await scene.get(kind, name, namespace=scene.namespace if kind.namespaced else "")
    assert found is not None
    return found


@pytest.mark.parametrize("by", ["manifest", "person"])
async def test_an_annotated_object_keeps_every_field_and_is_forgotten(scene: Scene, by: str) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    item = config_map("box", colour="red")
    if by == "manifest":
        item["metadata"]["annotations"] = {PRUNE: "disabled"}
    name = await put_in(scene, item)
    if by == "person":
        await scene.patch(configs, "box", KEEP, namespace=scene.namespace)
    before = await look(scene, configs, "box")
    resource = await leave_out(scene, name)
    after = untouched(before, await scene.get(configs, "box", namespace=scene.namespace))
    assert after["metadata"]["annotations"] == {PRUNE: "disabled"}
    assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["other"]
    assert "box" in await kept(scene, name)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert await look(scene, configs, "box")


async def test_another_value_of_the_annotation_keeps_nothing(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await put_in(scene, config_map("box"))
    await scene.patch(configs, "box", {"metadata": {"annotations": {PRUNE: "enabled"}}}, namespace=scene.namespace)
    await leave_out(scene, name)
    assert await scene.get(configs, "box", namespace=scene.namespace) is None


async def test_a_kept_secret_keeps_what_is_in_it(scene: Scene) -> None:
    secrets = await scene.kind("v1", "Secret")
    name = await put_in(scene, secret("box", password="hunter2"))
    await scene.patch(secrets, "box", KEEP, namespace=scene.namespace)
    before = await look(scene, secrets, "box")
    await leave_out(scene, name)
    untouched(before, await scene.get(secrets, "box", namespace=scene.namespace))


async def test_a_namespace_with_a_strangers_object_in_it_stays(scene: Scene) -> None:
    spaces, place = await scene.kind("v1", "Namespace"), f"{scene.namespace}-place"
    name = await put_in(scene, namespace(place), config_map("inside", place))
    await scene.apply(config_map("theirs", place, colour="red"))
    before = await look(scene, spaces, place)
    resource = await leave_out(scene, name)
    untouched(before, await scene.get(spaces, place))
    configs = await scene.kind("v1", "ConfigMap")
    assert await scene.get(configs, "inside", namespace=place) is None
    assert await scene.get(configs, "theirs", namespace=place)
    assert [entry["name"] for entry in resource["status"]["managedResources"]] == ["other"]
    assert f"Namespace {place} (v1): it holds ConfigMap {place}/theirs" in await kept(scene, name)


async def test_a_namespace_with_a_strangers_custom_object_stays_at_the_end_of_the_vidraresource(scene: Scene) -> None:
    group, place = f"{scene.namespace}.example.com", f"{scene.namespace}-place"
    await scene.apply(definition(group, "Gadget"))
    scene.discovery.forget()
    name = await scene.resource(write([namespace(place), config_map("inside", place)]))
    await scene.until_resource(name)
    gadgets = Kind(f"{group}/v1", "Gadget", "gadgets", namespaced=True)
    await scene.plane.request("POST", gadgets.path(place), custom(group, "Gadget", "theirs", place))
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert "deletionTimestamp" not in (await look(scene, await scene.kind("v1", "Namespace"), place))["metadata"]
    assert f"Gadget {place}/theirs" in await kept(scene, name)


async def test_a_namespace_in_which_objects_are_still_wanted_stays(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    inside = config_map("inside", place)
    name = await put_in(scene, namespace(place), inside)
    resource = await leave_out(scene, name, inside)
    assert {entry["name"] for entry in resource["status"]["managedResources"]} == {"inside", "other"}
    assert "deletionTimestamp" not in (await look(scene, await scene.kind("v1", "Namespace"), place))["metadata"]


async def test_a_namespace_with_only_vidras_objects_and_the_clusters_own_goes(scene: Scene) -> None:
    spaces, accounts = await scene.kind("v1", "Namespace"), await scene.kind("v1", "ServiceAccount")
    place = f"{scene.namespace}-place"
    name = await put_in(scene, namespace(place), config_map("inside", place))
    await scene.until(accounts, "default", bool, namespace=place)
    await scene.resource(write([config_map("other")]), name=name)
    await scene.until(spaces, place, lambda item: "deletionTimestamp" in item["metadata"])


async def test_a_definition_with_a_strangers_object_stays_and_one_without_goes(scene: Scene) -> None:
    group = f"{scene.namespace}.example.com"
    definitions = await scene.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    used, unused = definition(group, "Used"), definition(group, "Unused")
    name = await put_in(scene, used, unused, custom(group, "Used", "mine"))
    kind = Kind(f"{group}/v1", "Used", "useds", namespaced=True)
    theirs = custom(group, "Used", "theirs", scene.namespace)
    assert (await scene.plane.request("POST", kind.path(scene.namespace), theirs)).status == 201
    before = await look(scene, definitions, used["metadata"]["name"])
    await scene.resource(write([config_map("other")]), name=name)
    await scene.until_gone(definitions, unused["metadata"]["name"])
    await scene.until_resource(name)
    untouched(before, await scene.get(definitions, used["metadata"]["name"]))
    assert await scene.get(kind, "mine", namespace=scene.namespace) is None
    assert await scene.get(kind, "theirs", namespace=scene.namespace)
    assert f"Used {scene.namespace}/theirs" in await kept(scene, name)


async def test_a_claim_that_is_bound_stays_and_one_that_never_was_goes(scene: Scene) -> None:
    claims = await scene.kind("v1", "PersistentVolumeClaim")
    name = await put_in(scene, claim("data", volumeName="volume-1"), claim("unused"))
    before = await look(scene, claims, "data")
    await scene.resource(write([config_map("other")]), name=name)
    await scene.until_gone(claims, "unused", namespace=scene.namespace)
    await scene.until_resource(name)
    untouched(before, await scene.get(claims, "data", namespace=scene.namespace))
    assert "it is bound to the volume volume-1" in await kept(scene, name)
