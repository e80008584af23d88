"""Whatever is in the way, the deletion of a VidraResource ends at its time-out and says what was left behind."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition
from testkit.eventually import eventually
from testkit.objects import config_map, custom, definition
from testkit.operating import Operating
from testkit.sealed_status import write_as_vidra
from vidra.manifests.write import write

FINALIZER = {"metadata": {"finalizers": ["example.com/keep"]}}
NO_FINALIZER: Json = {"metadata": {"finalizers": None}}
NOWHERE = "https://127.0.0.1:1"


@asynccontextmanager
async def undeletable(scene: Scene) -> AsyncIterator[None]:
    """Let nobody delete ConfigMaps in the scene's namespace."""
    admission, name = "admissionregistration.k8s.io/v1", f"{scene.namespace}-keep"
    rules = {"apiGroups": [""], "apiVersions": ["v1"], "operations": ["DELETE"], "resources": ["configmaps"]}
    selector = {"matchLabels": {"kubernetes.io/metadata.name": scene.namespace}}
    policy = {
        "matchConstraints": {"resourceRules": [rules], "namespaceSelector": selector},
        "validations": [{"expression": "false", "message": "not today", "reason": "Forbidden"}],
    }
    binding = {"policyName": name, "validationActions": ["Deny"]}
    kinds = []
    for what, spec in (("ValidatingAdmissionPolicy", policy), ("ValidatingAdmissionPolicyBinding", binding)):
        await scene.apply({"apiVersion": admission, "kind": what, "metadata": {"name": name}, "spec": spec})
        kinds.append(await scene.kind(admission, what))
    configs = await scene.kind("v1", "ConfigMap")
    await scene.apply(config_map("probe", scene.namespace))

    async def answer() -> int:
        path = configs.path(scene.namespace, "probe")
        return (await scene.plane.request("DELETE", f"{path}?dryRun=All")).status

    async def denied() -> bool:
        return await answer() == 403

    async def allowed() -> bool:
        return await answer() == 200

    await eventually(denied)
    try:
        yield
    finally:
        for kind in reversed(kinds):
            await scene.delete(kind, name)
        await eventually(allowed)


async def left_behind(scene: Scene, name: str) -> str:
    event = await scene.until_event(name, "LeftBehind")
    assert event["type"] == "Warning"
    return str(event["message"])


async def test_a_foreign_finalizer_that_never_ends(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(
        write([config_map("stuck"), config_map("quick")]), deletionPolicy="WaitForTermination", deletionTimeout="2s"
    )
    await scene.until_resource(name)
    await scene.patch(configs, "stuck", FINALIZER, namespace=scene.namespace)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    message = await left_behind(scene, name)
    assert "stuck" in message
    assert "quick" not in message
    await scene.patch(configs, "stuck", NO_FINALIZER, namespace=scene.namespace)


async def test_a_denied_delete_is_tried_again_until_it_is_allowed(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("box")]))
    await scene.until_resource(name)
    async with undeletable(scene):
        await scene.delete(RESOURCES, name)
        denied = await scene.until_resource(name, lambda item: condition(item).get("reason") == "PruneFailed")
        assert "not today" in condition(denied)["message"]
        assert [entry["name"] for entry in denied["status"]["managedResources"]] == ["box"]
    await scene.until_gone(RESOURCES, name)
    assert await scene.get(configs, "box", namespace=scene.namespace) is None


async def test_a_delete_that_is_always_denied(scene: Scene) -> None:
    name = await scene.resource(write([config_map("box")]), deletionTimeout="2s")
    await scene.until_resource(name)
    async with undeletable(scene):
        await scene.delete(RESOURCES, name)
        await scene.until_gone(RESOURCES, name)
        message = await left_behind(scene, name)
    assert "ConfigMap" in message
    assert "box" in message
    assert "not today" in message


async def test_a_kind_that_is_gone_with_its_objects(scene: Scene) -> None:
    group = f"{scene.namespace}.example.com"
    definitions = await scene.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    widgets = definition(group, "Widget")
    await scene.apply(widgets)
    name = await scene.resource(write([custom(group, "Widget", "one"), config_map("box")]), interval="1s")
    await scene.until_resource(name)
    await scene.delete(definitions, widgets["metadata"]["name"])
    await scene.until_gone(definitions, widgets["metadata"]["name"])
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)


async def test_a_cluster_that_is_away_while_the_objects_elsewhere_go(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("box")]), deletionTimeout="1h")
    resource = await scene.until_resource(name)
    there = {"apiVersion": "v1", "kind": "Service", "name": "far", "namespace": "away", "server": NOWHERE, "uid": "1"}
    inventory = [*resource["status"]["managedResources"], there]
    await write_as_vidra(scene, name, managedResources=inventory)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(configs, "box", namespace=scene.namespace)
    waiting = await scene.until_resource(
        name, lambda item: condition(item).get("reason") == "ClusterCredentialsMissing"
    )
    assert [entry["name"] for entry in waiting["status"]["managedResources"]] == ["far"]
    await scene.patch(RESOURCES, name, {"spec": {"deletionTimeout": "1s"}})
    await scene.until_gone(RESOURCES, name)
    message = await left_behind(scene, name)
    assert f"Service away/far (v1) at {NOWHERE}" in message
    assert "box" not in message


@pytest.mark.occasional
async def test_time_that_ran_out_while_no_operator_was_there(own_scene: Scene, own_operator: Operating) -> None:
    scene = own_scene
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("box")]), deletionTimeout="1s")
    await scene.until_resource(name)
    await own_operator.stop()
    await scene.delete(RESOURCES, name)
    await asyncio.sleep(2)  # longer than the time-out
    await own_operator.start()
    await scene.until_gone(RESOURCES, name)
    assert await scene.get(configs, "box", namespace=scene.namespace) is None
    assert [event for event in await scene.events_about(name) if event["reason"] == "LeftBehind"] == []
