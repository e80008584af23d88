"""Two owners that want the same share it, however they write it: what the API server stores decides."""

from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.objects import config_map, secret
from vidra.manifests.write import write


def make(api_version: str, kind: str, **parts: Any) -> Json:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "shared"}, **parts}


def deployment(container: Json | None = None, **pod: Any) -> Json:
    labels = {"app": "shared"}
    web = {"name": "web", "image": "registry.example.com/web:1", **(container or {})}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [web], **pod}}
    return make(
        "apps/v1", "Deployment", spec={"replicas": 0, "selector": {"matchLabels": labels}, "template": template}
    )


def quota(cpu: str, memory: str) -> Json:
    return make("v1", "ResourceQuota", spec={"hard": {"requests.cpu": cpu, "requests.memory": memory}})


def policy(*, protocol: bool) -> Json:
    port = {"port": 80, **({"protocol": "TCP"} if protocol else {})}
    return make("networking.k8s.io/v1", "NetworkPolicy", spec={"podSelector": {}, "ingress": [{"ports": [port]}]})


EMPTY = deployment({"args": [], "env": [{"name": "EXTRA_OPTS", "value": ""}]}, hostNetwork=False, nodeSelector={})
FACES: dict[str, tuple[Json, Json]] = {
    "quantities": (quota("1000m", "2048Mi"), quota("1000m", "2048Mi")),
    "quantities in two spellings": (quota("1000m", "2048Mi"), quota("1", "2Gi")),
    "quantities of a container": (
        deployment({"resources": {"limits": {"cpu": "0.5", "memory": "1024Mi"}}}),
        deployment({"resources": {"limits": {"cpu": "500m", "memory": "1Gi"}}}),
    ),
    "empty values": (EMPTY, EMPTY),
    "empty values and none": (EMPTY, deployment({"env": [{"name": "EXTRA_OPTS"}]})),
    "a folded encoding": (
        make("v1", "Secret", data={"key": "aGVs\nbG8=\n"}),
        make("v1", "Secret", data={"key": "aGVs\nbG8=\n"}),
    ),
    "plain text and its encoding": (secret("shared", key="hello"), make("v1", "Secret", data={"key": "aGVsbG8=\n"})),
    "a default inside a list that is one field": (policy(protocol=False), policy(protocol=False)),
    "the same, written out by one": (policy(protocol=True), policy(protocol=False)),
}


async def shared(scene: Scene, body: Json) -> Json | None:
    kind = await scene.kind(body["apiVersion"], body["kind"])
    return await scene.get(kind, "shared", namespace=scene.namespace)


def owners(item: Json) -> list[str]:
    return [value for key, value in item["metadata"]["annotations"].items() if key.startswith("owner.vidra.")]


def values(item: Json) -> Json:
    return {key: value for key, value in item.items() if key not in {"metadata", "status"}}


def entries(item: Json) -> list[Json]:
    """What owners hold, and since when: controllers may write too."""
    return [entry for entry in item["metadata"]["managedFields"] if entry["manager"].startswith("vidra:")]


@pytest.mark.faces(4)
@pytest.mark.parametrize(("one", "other"), FACES.values(), ids=FACES)
async def test_both_own_it_and_it_goes_with_the_last(scene: Scene, one: Json, other: Json) -> None:
    first = await scene.resource(write([one]), destination={"reconcileOnEvents": True})
    await scene.until_resource(first)
    before = await shared(scene, one)
    assert before is not None
    second = await scene.resource(write([other]), destination={"reconcileOnEvents": True})
    await scene.until_resource(second)
    settled = await shared(scene, one)
    assert settled is not None
    assert (values(settled), sorted(owners(settled))) == (values(before), sorted([first, second]))
    for value in ("one", "two"):
        for name in (first, second):
            assert condition(await scene.request(name, value))["reason"] == "Applied"
    after = await shared(scene, one)
    assert after is not None
    assert (values(after), entries(after)) == (values(settled), entries(settled))
    await scene.delete(RESOURCES, first)
    await scene.until_gone(RESOURCES, first)
    left = await shared(scene, one)
    assert left is not None
    assert (left["metadata"]["uid"], values(left)) == (before["metadata"]["uid"], values(before))
    await scene.delete(RESOURCES, second)
    await scene.until_gone(RESOURCES, second)
    assert await shared(scene, one) is None


async def test_only_what_really_differs_is_a_conflict(scene: Scene) -> None:
    first = await scene.resource(write([quota("1000m", "2048Mi")]))
    await scene.until_resource(first)
    second = await scene.resource(write([quota("1000m", "4Gi")]))
    message = condition(await scene.until_resource(second, has_reason("Conflict")))["message"]
    assert "requests.memory" in message
    assert "requests.cpu" not in message


async def test_a_stronger_owner_takes_only_what_really_differs(scene: Scene) -> None:
    first = await scene.resource(write([quota("1000m", "2048Mi")]))
    await scene.until_resource(first)
    second = await scene.resource(write([quota("1000m", "4096Mi")]), conflictPolicy="Force", priority=1)
    await scene.until_resource(second)
    found = await shared(scene, quota("", ""))
    assert found is not None
    assert found["spec"]["hard"] == {"requests.cpu": "1", "requests.memory": "4Gi"}
    fields = {item["manager"]: item["fieldsV1"] for item in found["metadata"]["managedFields"]}
    loser = next(held for manager, held in fields.items() if first in manager)
    assert loser["f:spec"]["f:hard"] == {"f:requests.cpu": {}}


async def test_what_a_person_changed_is_put_back_and_stays_shared(scene: Scene) -> None:
    body = quota("1000m", "2048Mi")
    names = [await scene.resource(write([body])), await scene.resource(write([body, config_map("own")]))]
    for name in names:
        await scene.until_resource(name)
    kind = await scene.kind("v1", "ResourceQuota")
    await scene.patch(kind, "shared", {"spec": {"hard": {"requests.cpu": "7"}}}, namespace=scene.namespace)
    for name in names:
        assert condition(await scene.request(name, "now"))["reason"] == "Applied"
    found = await shared(scene, body)
    assert found is not None
    assert found["spec"]["hard"]["requests.cpu"] == "1"
    assert sorted(owners(found)) == sorted(names)
    for entry in found["metadata"]["managedFields"]:
        assert not entry["manager"].startswith("vidra:") or "f:requests.cpu" in str(entry["fieldsV1"])
