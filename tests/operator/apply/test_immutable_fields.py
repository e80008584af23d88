"""A change of what cannot be changed is said, and the object made anew where the manifest permits that."""

from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason, is_ready
from testkit.objects import config_map, custom, definition, secret
from vidra.api.names import RECREATE
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

FINALIZER = {"metadata": {"finalizers": ["example.com/keep"]}}
POD: Json = {
    "metadata": {"labels": {"app": "web"}},
    "spec": {"containers": [{"name": "web", "image": "nginx"}], "restartPolicy": "Always"},
}


def make(api_version: str, kind: str, name: str, **parts: Any) -> Json:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, **parts}


def permitted(item: Json) -> Json:
    annotations = {**item["metadata"].get("annotations", {}), RECREATE: "enabled"}
    return {**item, "metadata": {**item["metadata"], "annotations": annotations}}


def deployment(label: str) -> Json:
    pod = {**POD, "metadata": {"labels": {"app": "web", "tier": label}}}
    spec = {"replicas": 0, "selector": {"matchLabels": {"tier": label}}, "template": pod}
    return make("apps/v1", "Deployment", "web", spec=spec)


def stateful(service: str) -> Json:
    spec = {"replicas": 0, "serviceName": service, "selector": {"matchLabels": {"app": "web"}}, "template": POD}
    return make("apps/v1", "StatefulSet", "web", spec=spec)


def job(image: str) -> Json:
    pod = {"spec": {"containers": [{"name": "job", "image": image}], "restartPolicy": "Never"}}
    return make("batch/v1", "Job", "job", spec={"suspend": True, "template": pod})


def binding(role: str) -> Json:
    # Of roles that everybody has: nobody may bind one with more rights than they have themselves.
    ref = {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role}
    return make("rbac.authorization.k8s.io/v1", "RoleBinding", "bound", roleRef=ref, subjects=[])


def pod(argument: str) -> Json:
    return make("v1", "Pod", "pod", spec={"containers": [{"name": "web", "image": "nginx", "args": [argument]}]})


def sealed(value: str) -> Json:
    return {**config_map("sealed", value=value), "immutable": True}


CASES = {
    "Deployment": (deployment("a"), deployment("b"), "spec.selector"),
    "StatefulSet": (stateful("a"), stateful("b"), "spec"),
    "Job": (job("nginx:1"), job("nginx:2"), "spec.template"),
    "RoleBinding": (binding("system:discovery"), binding("system:basic-user"), "roleRef"),
    "Pod": (pod("a"), pod("b"), "spec"),
    "ConfigMap": (sealed("a"), sealed("b"), "data"),
}


@pytest.mark.faces(3)
@pytest.mark.parametrize("what", CASES)
async def test_it_is_said_which_field_and_with_the_annotation_the_object_is_made_anew(scene: Scene, what: str) -> None:
    before, after, field = CASES[what]
    kind = await scene.kind(before["apiVersion"], before["kind"])
    item = before["metadata"]["name"]
    name = await scene.resource(write([before]))
    await scene.until_resource(name)
    old = await scene.get(kind, item, namespace=scene.namespace)
    assert old is not None
    await scene.resource(write([after, config_map("beside")]), name=name)
    refused = await scene.until_resource(name, has_reason("Immutable"))
    message = condition(refused)["message"]
    assert f"cannot be changed: {field}" in message
    assert f"{RECREATE}: enabled" in message
    assert refused["status"]["readyObjects"] == 1
    assert ((await scene.get(kind, item, namespace=scene.namespace)) or old)["metadata"]["uid"] == old["metadata"][
        "uid"
    ]
    await scene.resource(write([permitted(after), config_map("beside")]), name=name)
    await scene.until_resource(name, is_ready)
    new = await scene.get(kind, item, namespace=scene.namespace)
    assert new is not None
    assert new["metadata"]["uid"] != old["metadata"]["uid"]
    await scene.request(name, "again")
    still = await scene.get(kind, item, namespace=scene.namespace)
    assert still is not None
    assert still["metadata"]["uid"] == new["metadata"]["uid"]


async def test_a_secret_names_the_field_and_no_value(scene: Scene) -> None:
    name = await scene.resource(write([{**secret("sealed", password="hunter2-a"), "immutable": True}]))
    await scene.until_resource(name)
    await scene.resource(write([{**secret("sealed", password="hunter2-b"), "immutable": True}]), name=name)
    refused = await scene.until_resource(name, has_reason("Immutable"))
    assert "cannot be changed: data" in condition(refused)["message"]
    assert "hunter2" not in str(refused["status"])


@pytest.mark.faces(1)
@pytest.mark.parametrize("how", ["message", "no message"])
async def test_a_definition_of_ones_own_may_say_it_too(scene: Scene, how: str) -> None:
    group = f"{how.replace(' ', '-')}.{scene.namespace}.example.com"
    widgets = definition(group, "Widget")
    rule = {"rule": "self == oldSelf"} | ({"message": "Value is immutable"} if how == "message" else {})
    size = {"type": "string", "x-kubernetes-validations": [rule]}
    schema = {"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": size}}}}
    widgets["spec"]["versions"][0]["schema"] = {"openAPIV3Schema": schema}
    await scene.apply(widgets)
    name = await scene.resource(write([custom(group, "Widget", "one", size="big")]), interval="1s")
    await scene.until_resource(name)
    await scene.resource(write([custom(group, "Widget", "one", size="small")]), name=name)
    refused = await scene.until_resource(name, has_reason("Immutable"))
    assert "cannot be changed: spec.size" in condition(refused)["message"]
    await scene.resource(write([permitted(custom(group, "Widget", "one", size="small"))]), name=name)
    await scene.until_resource(name)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)


@pytest.mark.usefixtures("only_events")
async def test_an_object_that_ends_slowly_is_made_anew_when_it_is_gone(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([sealed("a")]))
    await scene.until_resource(name)
    await scene.patch(configs, "sealed", FINALIZER, namespace=scene.namespace)
    await scene.resource(write([permitted(sealed("b"))]), name=name)
    waiting = await scene.until_resource(name, has_reason("WaitingForDeletion"))
    assert [entry["name"] for entry in waiting["status"]["managedResources"]] == ["sealed"]
    await scene.patch(configs, "sealed", {"metadata": {"finalizers": None}}, namespace=scene.namespace)
    await scene.until_resource(name)
    found = await scene.get(configs, "sealed", namespace=scene.namespace)
    assert found is not None
    assert found["data"] == {"value": "b"}


async def test_what_another_owner_has_too_is_not_made_anew(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([permitted(sealed("a"))]))
    await scene.until_resource(name)
    other = await scene.resource(write([{**config_map("sealed"), "immutable": True}]))
    await scene.until_resource(other)
    before = await scene.get(configs, "sealed", namespace=scene.namespace)
    await scene.resource(write([permitted(sealed("b"))]), name=name)
    refused = await scene.until_resource(name, has_reason("Immutable"))
    assert "other owners have it too" in condition(refused)["message"]
    assert await scene.get(configs, "sealed", namespace=scene.namespace) == before


async def test_claims_and_definitions_are_never_made_anew(scene: Scene) -> None:
    def claim(mode: str) -> Json:
        spec = {"accessModes": [mode], "resources": {"requests": {"storage": "1Mi"}}, "storageClassName": ""}
        return permitted(make("v1", "PersistentVolumeClaim", "data", spec=spec))

    group = f"{scene.namespace}.example.com"
    stays = [
        (await scene.kind("v1", "PersistentVolumeClaim"), "data"),
        (
            Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", False),
            f"widgets.{group}",
        ),
    ]
    name = await scene.resource(write([claim("ReadWriteOnce"), permitted(definition(group, "Widget"))]))
    await scene.until_resource(name)
    before = [await scene.get(kind, item, namespace=scene.namespace) for kind, item in stays]
    changed = permitted(definition(group, "Widget", namespaced=False))
    await scene.resource(write([claim("ReadWriteMany"), changed]), name=name)
    refused = await scene.until_resource(name, has_reason("Immutable"))
    assert RECREATE not in condition(refused)["message"]
    assert len(refused["status"]["problems"]) == 2
    for (kind, item), was in zip(stays, before, strict=True):
        now = await scene.get(kind, item, namespace=scene.namespace)
        assert now is not None
        assert was is not None
        assert now["metadata"]["uid"] == was["metadata"]["uid"]
        assert "deletionTimestamp" not in now["metadata"]


async def test_any_other_refusal_is_not_taken_for_one(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([permitted(config_map("box", colour="red"))]))
    await scene.until_resource(name)
    before = await scene.get(configs, "box", namespace=scene.namespace)
    broken = permitted({**config_map("box"), "data": {"field is immutable: no key": "x"}})
    await scene.resource(write([broken]), name=name)
    await scene.until_resource(name, has_reason("Refused"))
    assert await scene.get(configs, "box", namespace=scene.namespace) == before
