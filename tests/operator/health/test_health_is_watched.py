"""How objects are is told by watches; `wait` makes Ready mean that everything works."""

from typing import Any

import pytest

from testkit.environment import Check, Json, Scene, condition, established, has_reason
from testkit.objects import config_map, custom, definition
from vidra.kube.discovery import Kind
from vidra.manifests.write import write

GROUP = "health.example.com"
DEFINITIONS = Kind("apiextensions.k8s.io/v1", "CustomResourceDefinition", "customresourcedefinitions", namespaced=False)
MACHINES = Kind(f"{GROUP}/v1", "Machine", "machines", namespaced=True)


@pytest.fixture(autouse=True)
async def machines(scene: Scene) -> None:
    """A kind whose controller is the test."""
    made = await scene.apply(definition(GROUP, "Machine"))
    await scene.until(DEFINITIONS, made["metadata"]["name"], established)


async def says(scene: Scene, name: str = "m", *, type: str = "Ready", status: str, message: str = "") -> None:  # noqa: A002
    """What the controller says of a machine."""
    found = {"type": type, "status": status, "reason": "Said", "message": message}
    await scene.patch(MACHINES, name, {"status": {"conditions": [found]}}, namespace=scene.namespace)


def machine(name: str = "m", **annotations: str) -> Json:
    made = custom(GROUP, "Machine", name, cores=1)
    if annotations:
        made["metadata"]["annotations"] = ours(annotations)
    return made


def deployment(replicas: int, **annotations: str) -> Json:
    labels = {"app": "web"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "annotations": ours(annotations)},
        "spec": {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template},
    }


def ours(annotations: dict[str, str]) -> Json:
    return {f"vidra.infrahub.operators.com/{key}": value for key, value in annotations.items()}


async def given(scene: Scene, *objects: Json, **spec: Any) -> str:
    return await scene.resource(write(list(objects)), **spec)


async def applied(scene: Scene, name: str = "m") -> None:
    await scene.until(MACHINES, name, lambda _: True, namespace=scene.namespace)


def said_unhealthy(item: Json) -> str:
    """What Unhealthy is told of; empty while it is not."""
    ready = condition(item)
    return str(ready["message"]) if ready.get("reason") == "Unhealthy" else ""


def has_health(word: str) -> Check:
    return lambda item: bool(item["status"].get("health") == word)


async def test_ready_waits_for_an_object_and_quotes_it(scene: Scene) -> None:
    name = await given(scene, machine(), wait=True)
    await applied(scene)
    await says(scene, status="False", message="no disk yet")
    resource = await scene.until_resource(name, lambda item: "no disk yet" in condition(item).get("message", ""))
    assert condition(resource)["reason"] == "WaitingForHealth"
    assert condition(resource, "Reconciling")["status"] == "True"
    assert f"Machine {scene.namespace}/m" in condition(resource)["message"]
    assert resource["status"]["health"] == "InProgress"
    await says(scene, status="True")
    resource = await scene.until_resource(name)
    assert resource["status"]["health"] == "Current"


async def test_an_object_that_failed_is_told_and_one_that_recovers_too(scene: Scene) -> None:
    name = await given(scene, machine(), wait=True)
    await applied(scene)
    await says(scene, type="Stalled", status="True", message="the disk is broken")
    resource = await scene.until_resource(name, has_reason("Unhealthy"))
    assert "the disk is broken" in condition(resource)["message"]
    assert resource["status"]["health"] == "Failed"
    assert (await scene.until_event(name, "Unhealthy"))["type"] == "Warning"
    await says(scene, status="True")
    await scene.until_resource(name)


async def test_an_object_that_takes_too_long_counts_as_failed(scene: Scene) -> None:
    name = await given(scene, machine(), wait=True, healthTimeout="1s")
    await applied(scene)
    await says(scene, status="False", message="no disk yet")
    # It may have been too long before anything was said of it.
    resource = await scene.until_resource(name, lambda item: "no disk yet" in said_unhealthy(item))
    assert "healthTimeout" in condition(resource)["message"]
    await says(scene, status="True")
    await scene.until_resource(name)


async def test_without_wait_ready_says_that_it_is_applied_and_health_how_it_is(scene: Scene) -> None:
    name = await given(scene, machine(), config_map("box"))
    await scene.until_resource(name)
    await says(scene, status="False")
    resource = await scene.until_resource(name, lambda item: item["status"].get("health") == "InProgress")
    assert condition(resource)["status"] == "True"
    await says(scene, type="Stalled", status="True")
    await scene.until_resource(name, lambda item: item["status"].get("health") == "Failed")


async def test_news_of_health_writes_no_object(scene: Scene) -> None:
    name = await given(scene, machine(), destination={"reconcileOnEvents": True})
    await scene.until_event(name, "Applied")  # written after everything else
    mark = scene.plane.audit.mark()
    for word in ("InProgress", "Current", "InProgress"):
        await says(scene, status="True" if word == "Current" else "False")
        await scene.until_resource(name, has_health(word))
    written = [entry for entry in await scene.plane.audit.since(mark) if "fieldManager=vidra" in entry.uri]
    assert [entry for entry in written if entry.namespace == scene.namespace] == []


async def test_a_sync_is_ready_when_its_artifacts_are_well(scene: Scene) -> None:
    scene.infrahub.add_artifact("Machines", write([machine()]))
    name = await scene.sync("Machines", wait=True)
    await applied(scene)
    await says(scene, status="False")
    sync = await scene.until_sync(name, lambda item: "WaitingForHealth" in condition(item).get("message", ""))
    assert condition(sync)["reason"] == "ResourcesNotReady"
    await says(scene, status="True")
    sync = await scene.until_sync(name)
    assert sync["status"]["health"] == "Current"


async def test_a_wave_waits_until_the_one_before_is_well(scene: Scene) -> None:
    text = [config_map("always"), deployment(1, wave="-1"), machine("later", wave="2")]
    name = await given(scene, *text)
    # There is no node: its Pod never runs.
    resource = await scene.until_resource(name, lambda item: "wave 0 waits" in condition(item).get("message", ""))
    assert condition(resource)["reason"] == "WaitingForHealth"
    assert f"Deployment {scene.namespace}/web" in condition(resource)["message"]
    configs = await scene.kind("v1", "ConfigMap")
    assert await scene.get(configs, "always", namespace=scene.namespace) is None
    text[1] = deployment(0, wave="-1")
    await scene.resource(write(text), name=name)
    await scene.until_resource(name)
    assert await scene.get(configs, "always", namespace=scene.namespace) is not None
    assert await scene.get(MACHINES, "later", namespace=scene.namespace) is not None


async def test_a_wave_that_is_no_number_stops_only_its_object(scene: Scene) -> None:
    name = await given(scene, config_map("always"), machine(wave="soon"))
    resource = await scene.until_resource(name, has_reason("InvalidManifest"))
    assert "must be a whole number" in condition(resource)["message"]
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "always", namespace=scene.namespace) is not None


async def test_a_dependency_has_to_be_well(scene: Scene) -> None:
    await scene.apply({**machine("signal"), "metadata": {"name": "signal", "namespace": scene.namespace}})
    await says(scene, "signal", status="False", message="no disk yet")
    wanted = [{"apiVersion": f"{GROUP}/v1", "kind": "Machine", "name": "signal", "namespace": scene.namespace}]
    name = await given(scene, config_map("later"), dependsOn=wanted)
    resource = await scene.until_resource(name, lambda item: "no disk yet" in condition(item).get("message", ""))
    assert condition(resource)["reason"] == "DependencyNotReady"
    await says(scene, "signal", status="True")
    await scene.until_resource(name)


async def test_a_built_in_workload_is_judged_by_its_status(scene: Scene) -> None:
    name = await given(scene, deployment(1), wait=True)
    resource = await scene.until_resource(name, lambda item: "Deployment" in condition(item).get("message", ""))
    assert condition(resource)["reason"] == "WaitingForHealth"
    await scene.resource(write([deployment(0)]), name=name, wait=True)
    await scene.until_resource(name)
