"""A custom resource with a status subresource is on its way until its controller has looked at it."""

from typing import Any

import pytest

from testkit.environment import Json, Scene, condition, established, has_reason
from testkit.objects import config_map, custom, definition
from vidra.apply.health import observed as unlooked
from vidra.kube.client import MERGE_PATCH, encode
from vidra.manifests.write import write

WAVE = "vidra.infrahub.operators.com/wave"
PENDING = {"type": "Accepted", "status": "Unknown", "reason": "Pending", "message": "waiting for controller"}


def later(name: str) -> Json:
    body = config_map(name)
    body["metadata"]["annotations"] = {WAVE: "1"}
    return body


async def define(scene: Scene, *, status: bool = True, default: Json | None = None) -> str:
    """A definition by a person; gives its group."""
    group = f"{scene.namespace}.example.com"
    body = definition(group, "Database")
    version = body["spec"]["versions"][0]
    if status:
        version["subresources"] = {"status": {}}
    if default:
        free = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version["schema"]["openAPIV3Schema"]["properties"] = {"status": {**free, "default": default}}
    await scene.apply(body)
    definitions = await scene.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    await scene.until(definitions, f"databases.{group}", established)
    scene.discovery.forget()
    return group


async def say(scene: Scene, group: str, **status: Any) -> None:
    """What a controller writes."""
    kind = await scene.kind(f"{group}/v1", "Database")
    path = kind.path(scene.namespace, "main", "status")
    await scene.client.send("PATCH", path, body=encode({"status": status}), content_type=MERGE_PATCH)


async def given(scene: Scene, group: str) -> str:
    """A VidraResource whose next wave waits for a Database; the cluster has shown that it serves the kind."""
    database = custom(group, "Database", "main", size=1)
    name = await scene.resource(write([database]))
    await scene.until_resource(name)
    return await scene.resource(write([database, later("app")]), name=name)


async def exists(scene: Scene, name: str) -> bool:
    return await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace) is not None


def says(text: str, reason: str = "WaitingForHealth") -> Any:
    return lambda item: condition(item).get("reason") == reason and text in condition(item).get("message", "")


async def test_the_next_wave_comes_when_its_controller_says_that_it_is_ready(scene: Scene) -> None:
    group = await define(scene)
    name = await given(scene, group)
    await scene.until_resource(name, says("no status yet"))
    await scene.request(name, "again")
    assert not await exists(scene, "app")
    unready = {"type": "Ready", "status": "False", "reason": "Starting", "message": "starting up"}
    await say(scene, group, observedGeneration=1, conditions=[unready])
    await scene.until_resource(name, says("starting up"))
    assert not await exists(scene, "app")
    await say(scene, group, conditions=[{**unready, "status": "True"}])
    await scene.until_resource(name)
    assert await exists(scene, "app")


async def test_wait_and_those_who_depend_on_it_wait_alike(scene: Scene) -> None:
    group = await define(scene)
    name = await scene.resource(write([custom(group, "Database", "main")]), wait=True)
    there = {"apiVersion": f"{group}/v1", "kind": "Database", "name": "main", "namespace": scene.namespace}
    next_ = await scene.resource(write([config_map("next")]), dependsOn=[there])
    await scene.until_resource(name, has_reason("WaitingForHealth"))
    await scene.until_resource(next_, says("no status yet", "DependencyNotReady"))
    await say(scene, group, phase="Running")
    await scene.until_resource(name)
    await scene.until_resource(next_)


async def test_a_status_that_is_nothing_but_defaults_says_that_nobody_has_looked(scene: Scene) -> None:
    group = await define(scene, default={"conditions": [PENDING]})
    name = await given(scene, group)
    await scene.until_resource(name, says("waiting for controller"))
    assert not await exists(scene, "app")
    await say(scene, group, conditions=[{**PENDING, "status": "True"}])
    await scene.until_resource(name)


@pytest.mark.occasional
async def test_conditions_about_an_older_generation_are_about_another_text(scene: Scene) -> None:
    group = await define(scene)
    name = await scene.resource(write([custom(group, "Database", "main", size=1)]), wait=True)
    await scene.until_resource(name, has_reason("WaitingForHealth"))
    programmed = {"type": "Programmed", "status": "True", "reason": "Done", "observedGeneration": 1}
    await say(scene, group, conditions=[programmed])
    await scene.until_resource(name)
    await scene.resource(write([custom(group, "Database", "main", size=2)]), name=name, wait=True)
    await scene.until_resource(name, says("generation 2 is not seen"))
    await say(scene, group, conditions=[{**programmed, "observedGeneration": 2}])
    await scene.until_resource(name)


async def test_a_kind_without_a_status_subresource_is_well_at_once(scene: Scene) -> None:
    group = await define(scene, status=False)
    name = await scene.resource(write([custom(group, "Database", "main"), later("app")]), wait=True)
    await scene.until_resource(name)


@pytest.mark.occasional
async def test_a_kind_that_nobody_ever_writes_a_status_of_holds_nothing_up_for_ever(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unlooked, "OBSERVED_WITHIN", 4)
    group = await define(scene)
    bodies = [custom(group, "Database", "main")]
    waiting = await scene.resource(write(bodies), wait=True, interval="1h")
    await scene.until_resource(waiting, has_reason("WaitingForHealth"))
    await scene.until_resource(waiting)


async def test_a_disruption_budget_is_waited_for_and_comes(scene: Scene) -> None:
    budget = {
        "apiVersion": "policy/v1",
        "kind": "PodDisruptionBudget",
        "metadata": {"name": "some"},
        "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "none"}}},
    }
    name = await scene.resource(write([budget, later("app")]), wait=True)
    await scene.until_resource(name)
