"""A field that others may set stays as it is when it leaves the text, and is nobody's then."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from testkit.environment import Json, Scene
from testkit.objects import config_map, custom, definition
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

AT_ONCE = {"reconcileOnEvents": True}
GROUP = "leaving.example.com"


def deployment(**spec: Any) -> Json:
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {
                "metadata": {"labels": {"app": "web"}},
                "spec": {"containers": [{"name": "web", "image": "web:1"}]},
            },
            **spec,
        },
    }


def stateful_set(**spec: Any) -> Json:
    return {**deployment(serviceName="web", **spec), "kind": "StatefulSet"}


def farm(**spec: Any) -> Json:
    return custom(GROUP, "Farm", "web", crop="hops", **spec)


def autoscaler() -> Json:
    return {
        "apiVersion": "autoscaling/v2",
        "kind": "HorizontalPodAutoscaler",
        "metadata": {"name": "web"},
        "spec": {
            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
            "minReplicas": 5,
            "maxReplicas": 10,
        },
    }


async def define(scene: Scene) -> None:
    crd = definition(GROUP, "Farm")
    [version] = crd["spec"]["versions"]
    schema = version["schema"]["openAPIV3Schema"]
    schema["properties"] = {
        "spec": {
            "type": "object",
            "x-kubernetes-preserve-unknown-fields": True,
            "properties": {"replicas": {"type": "integer", "default": 1}},
        }
    }
    path = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}
    version["subresources"] = {"status": {}, "scale": path}
    await scene.apply(crd)


def held_by_vidra(item: Json, *steps: str) -> bool:
    for entry in item["metadata"]["managedFields"]:
        fields: Any = entry["fieldsV1"]
        for step in steps:
            fields = (fields or {}).get(step)
        if fields is not None and entry["manager"].startswith("vidra:"):
            return True
    return False


async def history(scene: Scene, kind: Kind, versions: list[Json]) -> None:
    def note(item: Json) -> bool:
        versions.append(item)
        return False

    await scene.until(kind, "web", note, namespace=scene.namespace)


@pytest.mark.parametrize("made", [deployment, stateful_set, farm])
async def test_replicas_that_leave_the_text_stay_and_are_nobodys(scene: Scene, made: Callable[..., Json]) -> None:
    if made is farm:
        await define(scene)
    name = await scene.resource(write([made(replicas=5)]), destination=AT_ONCE)
    await scene.until_resource(name)
    scene.discovery.forget()
    kind = await scene.kind(made()["apiVersion"], made()["kind"])
    versions: list[Json] = []
    looking = asyncio.create_task(history(scene, kind, versions))
    more = [autoscaler()] if made is deployment else []
    await scene.resource(write([made(), *more, config_map("mark")]), name=name, destination=AT_ONCE)
    await scene.until_resource(name, lambda item: len(item["status"]["managedResources"]) == 2 + len(more))
    await scene.request(name, "now")
    live = await scene.get(kind, "web", namespace=scene.namespace)
    looking.cancel()
    assert live is not None
    assert [item["spec"]["replicas"] for item in [*versions, live] if item["spec"]["replicas"] != 5] == []
    assert not held_by_vidra(live, "f:spec", "f:replicas")
    assert held_by_vidra(live, "f:spec")
    # And what is the text's again is set again.
    await scene.resource(write([made(replicas=2)]), name=name, destination=AT_ONCE)
    await scene.until(kind, "web", lambda item: bool(item["spec"]["replicas"] == 2), namespace=scene.namespace)


async def test_scaled_by_hand_and_then_out_of_the_text_stays_as_scaled(scene: Scene) -> None:
    ignore = [{"target": {"kind": "Deployment"}, "jsonPointers": ["/spec/replicas"]}]
    name = await scene.resource(write([deployment(replicas=5)]), ignoreDifferences=ignore)
    await scene.until_resource(name)
    await scene.resource(write([deployment()]), name=name, ignoreDifferences=ignore)
    await scene.request(name, "one")
    kind = await scene.kind("apps/v1", "Deployment")
    live = await scene.get(kind, "web", namespace=scene.namespace)
    assert live is not None
    assert live["spec"]["replicas"] == 5
    assert not held_by_vidra(live, "f:spec", "f:replicas")
    # Without the rule it is not removed either: it is not Vidra's any more.
    await scene.resource(write([deployment()]), name=name, ignoreDifferences=[])
    await scene.request(name, "two")
    live = await scene.get(kind, "web", namespace=scene.namespace)
    assert live is not None
    assert live["spec"]["replicas"] == 5


async def test_a_ruled_field_inside_what_leaves_the_text_stays_and_the_rest_goes(scene: Scene) -> None:
    pointers = ["/spec/template/spec/containers/0/resources/limits/cpu", "/spec/template/metadata/annotations"]
    rule: Json = {"destination": AT_ONCE, "ignoreDifferences": [{"jsonPointers": pointers}]}
    body = deployment(replicas=1)
    template = body["spec"]["template"]
    template["metadata"]["annotations"] = {"one": "1"}
    template["spec"]["containers"][0]["resources"] = {"limits": {"cpu": "100m", "memory": "64Mi"}}
    name = await scene.resource(write([body]), **rule)
    await scene.until_resource(name)
    await scene.resource(write([deployment(replicas=1)]), name=name, **rule)
    await scene.request(name, "now")
    live = await scene.get(await scene.kind("apps/v1", "Deployment"), "web", namespace=scene.namespace)
    assert live is not None
    assert live["spec"]["template"]["spec"]["containers"][0]["resources"] == {"limits": {"cpu": "100m"}}
    assert live["spec"]["template"]["metadata"]["annotations"] == {"one": "1"}
    assert not held_by_vidra(live, "f:spec", "f:template", "f:metadata", "f:annotations")


async def test_what_no_rule_names_goes_with_the_text(scene: Scene) -> None:
    name = await scene.resource(write([deployment(replicas=3, paused=True)]))
    await scene.until_resource(name)
    await scene.resource(write([deployment(replicas=3)]), name=name)
    await scene.request(name, "now")
    live = await scene.get(await scene.kind("apps/v1", "Deployment"), "web", namespace=scene.namespace)
    assert live is not None
    assert "paused" not in live["spec"]
