"""What was in the manifest and leaves it leaves the object too, whoever wrote it first."""

from collections.abc import Mapping
from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene
from testkit.objects import config_map
from vidra.kube.client import APPLY_PATCH, MERGE_PATCH, encode
from vidra.manifests.write import write

EARLIER = ["kubectl-client-side-apply", "kubectl-create", "helm", "an-operator"]
WIPE: list[Json] = [{}]


async def made(scene: Scene, body: Json, manager: str) -> None:
    """An object that somebody created as programs do that know no server-side apply."""
    kind = await scene.kind(body["apiVersion"], body["kind"])
    query = {"fieldManager": manager}
    await scene.client.send("POST", kind.path(scene.namespace), query=query, body=encode(body))


async def changed(scene: Scene, body: Json, patch: Json, manager: str = "kubectl-edit") -> None:
    kind = await scene.kind(body["apiVersion"], body["kind"])
    path = kind.path(scene.namespace, body["metadata"]["name"])
    await scene.client.send(
        "PATCH", path, query={"fieldManager": manager}, body=encode(patch), content_type=MERGE_PATCH
    )


async def live(scene: Scene, body: Json) -> Json:
    kind = await scene.kind(body["apiVersion"], body["kind"])
    found = await scene.get(kind, body["metadata"]["name"], namespace=scene.namespace)
    assert found is not None
    return found


async def wanted(scene: Scene, body: Json, name: str = "", **spec: Any) -> str:
    name = await scene.resource(write([body]), name=name, adoption="IfUnowned", **spec)
    await scene.until_resource(name)
    return name


def deployment(*containers: Json, **pod: Any) -> Json:
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": list(containers), **pod}}
    spec = {"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    return {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec}


def container(name: str = "web", **parts: Any) -> Json:
    return {"name": name, "image": "registry.example.com/web:1", **parts}


def service(name: str, port: int) -> Json:
    spec = {"selector": {"app": "web"}, "ports": [{"name": name, "port": port, "targetPort": 8080}]}
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "web"}, "spec": spec}


def variable(**parts: Any) -> Json:
    return deployment(container(env=[{"name": "LEVEL", **parts}]))


FROM = {"configMapKeyRef": {"name": "settings", "key": "level"}}
CHANGES: dict[str, tuple[Json, Json]] = {
    "a value that comes from elsewhere": (variable(value="info"), variable(valueFrom=FROM)),
    "a renamed container": (deployment(container("old")), deployment(container("new"))),
    "a renamed port": (service("old", 80), service("new", 81)),
    "a port with another number": (service("http", 80), service("http", 8080)),
    "a variable less": (variable(value="info"), deployment(container())),
}


def reduced(item: Any, pattern: Any) -> Any:
    """The part of a live object that a manifest speaks of, with every item of its lists."""
    if isinstance(pattern, Mapping) and isinstance(item, dict):
        return {key: reduced(item.get(key), value) for key, value in pattern.items()}
    if isinstance(pattern, list) and isinstance(item, list) and len(pattern) == len(item):
        return [reduced(one, other) for one, other in zip(item, pattern, strict=True)]
    return item


@pytest.mark.faces(2)
@pytest.mark.parametrize("manager", EARLIER)
async def test_a_key_of_an_adopted_object(scene: Scene, manager: str) -> None:
    await made(scene, config_map("settings", keep="a", legacy="b", other="c"), manager)
    name = await wanted(scene, config_map("settings", keep="a", legacy="b"))
    after = await live(scene, config_map("settings"))
    held = {entry["manager"]: entry["fieldsV1"] for entry in after["metadata"]["managedFields"]}
    assert held[manager]["f:data"].keys() - {"."} == {"f:other"}
    await wanted(scene, config_map("settings", keep="a"), name)
    assert (await live(scene, config_map("settings")))["data"] == {"keep": "a", "other": "c"}


@pytest.mark.faces(4)
@pytest.mark.parametrize("manager", ["kubectl-client-side-apply", "kubectl-create"])
@pytest.mark.parametrize(("first", "then"), CHANGES.values(), ids=CHANGES)
async def test_a_part_of_an_adopted_object(scene: Scene, first: Json, then: Json, manager: str) -> None:
    await made(scene, first, manager)
    name = await wanted(scene, first)
    await wanted(scene, then, name)
    after = await live(scene, then)
    assert reduced(after["spec"], then["spec"]) == then["spec"]
    if then["kind"] == "Deployment":
        assert after["spec"]["template"]["spec"]["containers"][0].get("env") == (
            then["spec"]["template"]["spec"]["containers"][0].get("env")
        )


@pytest.mark.parametrize("by_event", [True, False])
async def test_a_key_of_an_object_whose_managed_fields_were_emptied(scene: Scene, *, by_event: bool) -> None:
    destination = {"reconcileOnEvents": by_event}
    name = await wanted(scene, config_map("settings", keep="a", legacy="b"), destination=destination)
    configs = await scene.kind("v1", "ConfigMap")
    await scene.patch(configs, "settings", {"metadata": {"managedFields": WIPE}}, namespace=scene.namespace)
    await scene.request(name, "now")

    def alone(item: Json) -> bool:
        holders = [entry["manager"] for entry in item["metadata"].get("managedFields", []) if "f:data" in str(entry)]
        return len(holders) == 1 and holders[0].startswith("vidra:")

    before = await scene.until(configs, "settings", alone, namespace=scene.namespace)
    assert before["data"] == {"keep": "a", "legacy": "b"}
    await wanted(scene, config_map("settings", keep="a"), name, destination=destination)
    assert (await live(scene, config_map("settings")))["data"] == {"keep": "a"}


async def test_a_key_that_somebody_added_before_the_manifest_had_it(scene: Scene) -> None:
    name = await wanted(scene, config_map("settings", keep="a"))
    await changed(scene, config_map("settings"), {"data": {"extra": "b", "theirs": "c"}})
    await wanted(scene, config_map("settings", keep="a", extra="b"), name)
    await wanted(scene, config_map("settings", keep="a"), name)
    assert (await live(scene, config_map("settings")))["data"] == {"keep": "a", "theirs": "c"}


async def test_a_key_that_an_earlier_version_left_with_who_wrote_it_first(scene: Scene) -> None:
    name = await wanted(scene, config_map("settings", keep="a", legacy="b"))
    held = (await live(scene, config_map("settings")))["metadata"]["managedFields"]
    fields: dict[str, Any] = {"f:data": {".": {}, "f:keep": {}, "f:legacy": {}}}
    earlier = {**held[0], "manager": "kubectl-client-side-apply", "operation": "Update", "fieldsV1": fields}
    await changed(scene, config_map("settings"), {"metadata": {"managedFields": [*held, earlier]}})
    await scene.request(name, "now")
    await wanted(scene, config_map("settings", keep="a"), name)
    assert (await live(scene, config_map("settings")))["data"] == {"keep": "a"}


async def test_what_other_appliers_and_subresources_hold_stays_theirs(scene: Scene) -> None:
    body = deployment(container())
    del body["spec"]["replicas"]
    await made(scene, body, "kubectl-create")
    deployments = await scene.kind("apps/v1", "Deployment")
    path = deployments.path(scene.namespace, "web")
    await scene.client.send(
        "PATCH",
        f"{path}/scale",
        query={"fieldManager": "scaler"},
        body=encode({"spec": {"replicas": 2}}),
        content_type=MERGE_PATCH,
    )
    other = {**body, "spec": {**body["spec"], "paused": True}}
    await scene.client.send(
        "PATCH", path, query={"fieldManager": "pauser", "force": "true"}, body=encode(other), content_type=APPLY_PATCH
    )
    name = await wanted(scene, body)
    after = await live(scene, body)
    held = {(entry["manager"], entry.get("subresource")): entry for entry in after["metadata"]["managedFields"]}
    assert held["scaler", "scale"]["fieldsV1"] == {"f:spec": {"f:replicas": {}}}
    assert "f:image" in str(held["pauser", None]["fieldsV1"])
    assert (after["spec"]["replicas"], after["spec"]["paused"]) == (2, True)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)


async def test_a_namespace_that_was_there_keeps_what_its_maker_wrote(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    body: Json = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": place, "labels": {"team": "a"}}}
    await scene.client.send("POST", "/api/v1/namespaces", query={"fieldManager": "kubectl-create"}, body=encode(body))
    name = await wanted(scene, body)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    after = await scene.get(await scene.kind("v1", "Namespace"), place)
    assert after is not None
    assert after["metadata"]["labels"]["team"] == "a"


@pytest.mark.faces(2)
@pytest.mark.parametrize("manager", ["kubectl-client-side-apply", "kubectl-create"])
@pytest.mark.parametrize(
    "change", ["a value that comes from elsewhere", "a port with another number"], ids=["a value", "a port"]
)
async def test_an_object_is_adopted_with_another_text_at_once(scene: Scene, change: str, manager: str) -> None:
    first, then = CHANGES[change]
    await made(scene, first, manager)
    await wanted(scene, then)
    after = await live(scene, then)
    assert reduced(after["spec"], then["spec"]) == then["spec"]
    if then["kind"] == "Deployment":
        assert "value" not in after["spec"]["template"]["spec"]["containers"][0]["env"][0]
