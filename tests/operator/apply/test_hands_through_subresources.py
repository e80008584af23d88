"""Whoever sets an ignored field through a subresource has it: nothing is written for it, nor told, nor fought."""

from typing import Any

import pytest

from testkit.environment import Check, Json, Scene, condition, is_ready
from testkit.objects import definition
from vidra.controllers.resource.drift.fights import ROUNDS
from vidra.kube.client import MERGE_PATCH, encode
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

AT_ONCE = {"reconcileOnEvents": True}
OFTEN = ROUNDS + 2


def workload(kind: str, image: str = "web:1") -> Json:
    body: Json = {
        "apiVersion": "apps/v1",
        "kind": kind,
        "metadata": {"name": "web"},
        "spec": {
            "replicas": 1,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": image}]},
            },
        },
    }
    if kind == "StatefulSet":
        body["spec"]["serviceName"] = "web"
    return body


async def scale(scene: Scene, kind: Kind, replicas: int, manager: str = "kubectl") -> None:
    """As kubectl and autoscalers do it."""
    await scene.client.send(
        "PATCH",
        kind.path(scene.namespace, "web", "scale"),
        query={"fieldManager": manager},
        body=encode({"spec": {"replicas": replicas}}),
        content_type=MERGE_PATCH,
    )


def holders(item: Json, *steps: str) -> list[tuple[str, str]]:
    found = []
    for entry in item["metadata"]["managedFields"]:
        fields: Any = entry["fieldsV1"]
        for step in steps:
            fields = (fields or {}).get(step)
        if fields is not None:
            found.append((entry["manager"], entry.get("subresource", "")))
    return found


async def given(scene: Scene, body: Json, pointer: str, *, name: str = "", **spec: Any) -> str:
    ignore = [{"target": {"kind": body["kind"]}, "jsonPointers": [pointer]}]
    name = await scene.resource(write([body]), name=name, destination=AT_ONCE, ignoreDifferences=ignore, **spec)
    await scene.until_resource(name)
    return name


def settled_without(before: Json) -> Check:
    """Whether the inventory says that other fields are held than before."""
    [entry] = before["status"]["managedResources"]
    return lambda item: bool(
        item["status"]["managedResources"][0].get("revision", entry["revision"]) != entry["revision"]
    )


@pytest.mark.faces(1)
@pytest.mark.parametrize("name", ["Deployment", "StatefulSet"])
async def test_scaling_again_and_again_is_nobody_elses_business(scene: Scene, name: str) -> None:
    resource = await given(scene, workload(name), "/spec/replicas")
    before = await scene.until_resource(resource)
    kind = await scene.kind("apps/v1", name)
    await scale(scene, kind, 2)
    await scene.until_resource(resource, settled_without(before))  # which found whose the field is now
    mark = scene.plane.audit.mark()
    for replicas in range(3, 2 + OFTEN):
        await scale(scene, kind, replicas, "kubectl" if replicas % 2 else "autoscaler")
    await scene.request(resource, "now")
    # What is not left to others is put back at once even now.
    evil = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "evil:1"}]}}}}
    await scene.patch(kind, "web", evil, namespace=scene.namespace)
    live = await scene.until(
        kind,
        "web",
        lambda item: bool(item["spec"]["template"]["spec"]["containers"][0]["image"] == "web:1"),
        namespace=scene.namespace,
    )
    assert live["spec"]["replicas"] == 1 + OFTEN
    assert {subresource for _, subresource in holders(live, "f:spec", "f:replicas")} == {"scale"}
    writes = [
        entry
        for entry in await scene.plane.audit.since(mark)
        if (entry.verb, entry.code) == ("patch", 200)
        and entry.name == "web"
        and entry.namespace == scene.namespace
        and "fieldManager=vidra%3A" in entry.uri
    ]
    assert len(writes) == 1, "the correction"
    await scene.until_event(resource, "DriftReverted")
    told = [event["message"] for event in await scene.events_about(resource) if event["reason"] == "DriftReverted"]
    assert len(told) == 1
    assert condition(await scene.until_resource(resource, is_ready))["reason"] == "Applied"
    applied = [event for event in await scene.events_about(resource) if event["reason"] == "Applied"]
    assert len(applied) == 1
    await given(scene, workload(name, "web:2"), "/spec/replicas", name=resource)
    live = await scene.until(
        kind,
        "web",
        lambda item: bool(item["spec"]["template"]["spec"]["containers"][0]["image"] == "web:2"),
        namespace=scene.namespace,
    )
    assert live["spec"]["replicas"] == 1 + OFTEN


async def test_a_custom_resource_scaled_through_a_path_of_its_own(scene: Scene) -> None:
    crd = definition("scaled.example.com", "Farm")
    [version] = crd["spec"]["versions"]
    path = {"specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"}
    version["subresources"] = {"status": {}, "scale": path}
    await scene.apply(crd)
    body: Json = {
        "apiVersion": "scaled.example.com/v1",
        "kind": "Farm",
        "metadata": {"name": "web"},
        "spec": {"size": 1, "crop": "hops"},
    }
    resource = await given(scene, body, "/spec/size")
    scene.discovery.forget()
    kind = await scene.kind("scaled.example.com/v1", "Farm")
    for size in range(2, 2 + OFTEN):
        await scale(scene, kind, size)
    await scene.request(resource, "now")
    await scene.patch(kind, "web", {"spec": {"crop": "weed"}}, namespace=scene.namespace)
    live = await scene.until(kind, "web", lambda item: bool(item["spec"]["crop"] == "hops"), namespace=scene.namespace)
    assert live["spec"]["size"] == 1 + OFTEN
    assert holders(live, "f:spec", "f:size") == [("kubectl", "scale")]


async def test_an_annotation_that_a_controller_writes_with_the_status(scene: Scene) -> None:
    body = workload("Deployment")
    body["metadata"]["annotations"] = {"example.com/seen": "0"}
    resource = await given(scene, body, "/metadata/annotations/example.com~1seen")
    kind = await scene.kind("apps/v1", "Deployment")
    for number in range(1, 4):
        await scene.client.send(
            "PATCH",
            kind.path(scene.namespace, "web", "status"),
            query={"fieldManager": "its-controller"},
            body=encode({"metadata": {"annotations": {"example.com/seen": str(number)}}}),
            content_type=MERGE_PATCH,
        )
    await scene.request(resource, "now")
    live = await scene.get(kind, "web", namespace=scene.namespace)
    assert live is not None
    assert live["metadata"]["annotations"]["example.com/seen"] == "3"
    holding = holders(live, "f:metadata", "f:annotations", "f:example.com/seen")
    assert holding == [("its-controller", "status")]
    assert [event for event in await scene.events_about(resource) if event["reason"] == "DriftReverted"] == []


async def test_drift_through_scale_is_blamed_on_who_scaled(scene: Scene) -> None:
    resource = await scene.resource(write([workload("Deployment")]), destination=AT_ONCE, driftPolicy="Report")
    await scene.until_resource(resource)
    kind = await scene.kind("apps/v1", "Deployment")
    await scene.patch(
        kind, "web", {"metadata": {"annotations": {"note": "by somebody else"}}}, namespace=scene.namespace
    )
    await scale(scene, kind, 3, "scaling-person")
    found = await scene.until_resource(resource, lambda item: bool(item["status"].get("drifted")))
    [entry] = found["status"]["drifted"]
    assert entry["fields"] == [".spec.replicas"]
    assert entry["managers"] == ["scaling-person"]
