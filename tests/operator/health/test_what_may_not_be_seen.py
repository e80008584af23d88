"""What Vidra may not see is never called healthy, gone or changed; what it may see in one namespace is seen there."""

from typing import Any

import pytest

from testkit.environment import Scene, condition, has_reason, is_ready
from testkit.objects import Json, annotated, config_map, deployment, rights
from testkit.remote import Remote
from vidra.kube import watch
from vidra.manifests.write import write

EVERYTHING = ["*"]
ALL_BUT_WATCH = ["get", "create", "patch", "delete"]
APPLY_ONLY = ["create", "patch"]


async def allowed(scene: Scene, verbs: list[str]) -> Json:
    """Give `deployer` these verbs in the scene's namespace; the fields of a spec that act as it."""
    rule = {"apiGroups": ["", "apps"], "resources": ["configmaps", "deployments"], "verbs": verbs}
    for item in rights("deployer", scene.namespace, rule):
        await scene.apply(item)
    return {"serviceAccountName": "deployer", "serviceAccountNamespace": scene.namespace, "interval": "1s"}


async def passes(scene: Scene, name: str, count: int = 3) -> None:
    """Have so many passes made."""
    for number in range(count):
        await scene.request(name, f"{name}-{number}")


async def patches(scene: Scene, mark: int, name: str) -> int:
    """How often an object was applied."""
    sent = [entry for entry in await scene.plane.audit.since(mark) if entry.namespace == scene.namespace]
    return len([entry for entry in sent if entry.verb == "patch" and entry.name == name and not entry.subresource])


async def told(scene: Scene, name: str, reason: str) -> list[Json]:
    return [event for event in await scene.events_about(name) if event["reason"] == reason]


def has_health(word: str) -> Any:
    return lambda item: bool(item.get("status", {}).get("health") == word)


async def test_rights_in_one_namespace_are_enough_to_wait_for_health(scene: Scene) -> None:
    spec = await allowed(scene, EVERYTHING)
    name = await scene.resource(write([deployment(replicas=1)]), wait=True, healthTimeout="2s", **spec)
    waiting = await scene.until_resource(name, has_reason("WaitingForHealth"))
    assert waiting["status"]["health"] == "InProgress"
    resource = await scene.until_resource(name, has_reason("Unhealthy"))
    assert f"Deployment {scene.namespace}/web" in condition(resource)["message"]
    await scene.resource(write([deployment(replicas=0)]), name=name, wait=True, **spec)
    await scene.until_resource(name)
    mark = scene.plane.audit.mark()
    await passes(scene, name)
    assert await patches(scene, mark, "web") == 0
    assert await told(scene, name, "DriftReverted") == []


async def test_what_may_only_be_asked_for_is_asked_for(scene: Scene) -> None:
    spec = await allowed(scene, ALL_BUT_WATCH)
    text = write([annotated(deployment(replicas=0), wave="0"), annotated(config_map("after"), wave="1")])
    name = await scene.resource(text, wait=True, **spec)
    await scene.until_resource(name)
    mark = scene.plane.audit.mark()
    await passes(scene, name)
    assert await patches(scene, mark, "web") == 0
    deployments = await scene.kind("apps/v1", "Deployment")
    await scene.delete(deployments, "web", namespace=scene.namespace)
    await scene.until_event(name, "DriftReverted")
    assert await scene.get(deployments, "web", namespace=scene.namespace) is not None
    await scene.until_resource(name)


@pytest.mark.parametrize("wait", [True, False])
async def test_what_may_only_be_applied_is_never_called_well(scene: Scene, *, wait: bool) -> None:
    spec = await allowed(scene, APPLY_ONLY)
    name = await scene.resource(write([deployment(replicas=0), config_map("box")]), wait=wait, **spec)
    resource = await scene.until_resource(name, has_reason("Forbidden") if wait else is_ready)
    message = condition(resource)["message"]
    assert f"Deployment {scene.namespace}/web (apps/v1) is not seen" in message
    assert "deployments.apps" in message
    assert ":deployer" in message
    assert resource["status"]["health"] == "Unknown"
    if not wait:
        await scene.until_event(name, "Applied")
    said = len(await told(scene, name, "Applied"))
    await passes(scene, name)
    assert len(await told(scene, name, "Applied")) == said
    assert await told(scene, name, "DriftReverted") == []


async def test_a_wave_says_that_what_it_waits_for_may_not_be_seen(scene: Scene) -> None:
    spec = await allowed(scene, APPLY_ONLY)
    text = [annotated(deployment(replicas=0), wave="0"), annotated(config_map("after"), wave="1")]
    name = await scene.resource(write(text), **spec)
    resource = await scene.until_resource(name, has_reason("Forbidden"))
    assert "wave 1 waits" in condition(resource)["message"]
    assert condition(resource, "Reconciling") == {}
    configs = await scene.kind("v1", "ConfigMap")
    assert await scene.get(configs, "after", namespace=scene.namespace) is None
    await allowed(scene, EVERYTHING)
    await scene.request(name, "now")
    await scene.until(configs, "after", lambda _: True, namespace=scene.namespace)


async def test_an_answer_to_a_write_is_a_look_where_it_tells_all(scene: Scene) -> None:
    spec = await allowed(scene, APPLY_ONLY)
    text = [annotated(config_map("first"), wave="0"), annotated(config_map("second"), wave="1")]
    name = await scene.resource(write(text), wait=True, **spec)
    resource = await scene.until_resource(name)
    assert resource["status"]["health"] == "Current"


async def test_rights_that_are_taken_away_and_given_back_are_noticed(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watch, "SHORTEST", 1)
    monkeypatch.setattr(watch, "LONGEST", 1)
    spec = await allowed(scene, EVERYTHING)
    name = await scene.resource(write([deployment(replicas=0)]), wait=True, **{**spec, "interval": "1h"})
    await scene.until_resource(name)
    bindings = await scene.kind("rbac.authorization.k8s.io/v1", "RoleBinding")
    await scene.delete(bindings, "deployer", namespace=scene.namespace)
    resource = await scene.until_resource(name, has_reason("Forbidden"))
    assert resource["status"]["health"] == "Unknown"
    assert "deployments.apps is forbidden" in condition(resource)["message"]
    await allowed(scene, EVERYTHING)
    resource = await scene.until_resource(name)
    assert resource["status"]["health"] == "Current"


@pytest.mark.faces(1)
@pytest.mark.parametrize("wait", [True, False])
async def test_an_object_deleted_by_hand_is_told_of_at_once_although_it_is_put_back_later(
    scene: Scene, *, wait: bool
) -> None:
    name = await scene.resource(write([config_map("box"), config_map("other")]), wait=wait, interval="1h")
    await scene.until_resource(name, lambda item: is_ready(item) and has_health("Current")(item))
    configs = await scene.kind("v1", "ConfigMap")
    await scene.delete(configs, "box", namespace=scene.namespace)
    resource = await scene.until_resource(name, has_health("InProgress"))
    assert condition(resource)["status"] == ("False" if wait else "True")
    assert "box (v1) is InProgress (not there)" in condition(resource)["message"]
    assert await scene.get(configs, "box", namespace=scene.namespace) is None
    await scene.request(name, "now")
    await scene.until_resource(name, lambda item: is_ready(item) and has_health("Current")(item))


async def test_health_is_unknown_while_the_cluster_lets_nobody_in(remote: Remote) -> None:
    await remote.credentials()
    name = await remote.resource(interval="1s")
    await remote.home.until_resource(name, has_health("Current"))
    token, remote.user["token"] = remote.user["token"], "wrong"
    await remote.credentials()
    resource = await remote.home.until_resource(name, has_reason("ClusterUnauthorized"))
    assert resource["status"]["health"] == "Unknown"
    remote.user["token"] = token
    await remote.credentials()
    await remote.home.until_resource(name, has_health("Current"))
    await remote.end(name)


async def test_health_is_told_while_suspended(scene: Scene) -> None:
    name = await scene.resource(write([config_map("box")]))
    await scene.until_resource(name, has_health("Current"))
    await scene.resource(write([config_map("box")]), name=name, suspend=True)
    await scene.until_resource(name, has_reason("Suspended"))
    await scene.delete(await scene.kind("v1", "ConfigMap"), "box", namespace=scene.namespace)
    resource = await scene.until_resource(name, has_health("InProgress"))
    assert condition(resource)["reason"] == "Suspended"
