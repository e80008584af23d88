"""What a manifest leaves to the control plane is filled, and stays so."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition
from vidra.kube.client import MERGE_PATCH, encode
from vidra.manifests.write import write

RBAC = "rbac.authorization.k8s.io/v1"
FILLED = "LS0tLS1CRUdJTg=="


def webhook(kind: str, name: str, **client: Any) -> Json:
    hook = {
        "name": "check.example.com",
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Ignore",
        "rules": [
            {"apiGroups": ["x.example.com"], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["x"]}
        ],
        "clientConfig": {"url": "https://127.0.0.1:1/", **client},
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": name},
        "webhooks": [hook],
    }


@pytest.fixture
async def cleared(scene: Scene) -> AsyncIterator[list[str]]:
    """VidraResources that go with the test: what they have is in no namespace."""
    names: list[str] = []
    yield names
    for name in names:
        await scene.delete(RESOURCES, name)
        await scene.until_gone(RESOURCES, name)


@pytest.mark.faces(1)
@pytest.mark.parametrize("rules", [[], None, [{"apiGroups": [""], "resources": ["pods"], "verbs": ["list"]}]], ids=str)
async def test_an_aggregated_role_keeps_its_rules(scene: Scene, cleared: list[str], rules: Any) -> None:
    name, label = f"{scene.namespace}-reader", f"{scene.namespace[:50]}.example.com/to-reader"
    part = [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list"]}]
    role: Json = {"apiVersion": RBAC, "kind": "ClusterRole", "metadata": {"name": name}, "rules": rules}
    role["aggregationRule"] = {"clusterRoleSelectors": [{"matchLabels": {label: "true"}}]}
    one: Json = {"apiVersion": RBAC, "kind": "ClusterRole", "metadata": {"name": f"{name}-part"}, "rules": part}
    one["metadata"]["labels"] = {label: "true"}
    resource = await scene.resource(write([role, one]), destination={"reconcileOnEvents": True})
    cleared.append(resource)
    await scene.until_resource(resource)
    roles = await scene.kind(RBAC, "ClusterRole")
    filled = await scene.until(roles, name, lambda item: item.get("rules") == part)
    for value in ("one", "two"):
        assert condition(await scene.request(resource, value))["reason"] == "Applied"
    one["metadata"]["labels"]["another"] = "label"
    await scene.resource(write([role, one]), name=resource, destination={"reconcileOnEvents": True})
    await scene.until_resource(resource)
    after = await scene.get(roles, name)
    assert after is not None
    assert after["metadata"]["resourceVersion"] == filled["metadata"]["resourceVersion"]
    assert [event for event in await scene.events_about(resource) if "Drift" in event["reason"]] == []


@pytest.mark.faces(2)
@pytest.mark.parametrize("blank", ["", None, "Cg=="], ids=str)
@pytest.mark.parametrize("kind", ["ValidatingWebhookConfiguration", "MutatingWebhookConfiguration"])
async def test_a_certificate_that_somebody_puts_in_stays(
    scene: Scene, cleared: list[str], kind: str, blank: str | None
) -> None:
    body = webhook(kind, f"{scene.namespace}-hook", caBundle=blank)
    resource = await scene.resource(write([body]), destination={"reconcileOnEvents": True})
    cleared.append(resource)
    await scene.until_resource(resource)
    kinds = await scene.kind(body["apiVersion"], kind)
    path = kinds.path("", body["metadata"]["name"])
    live = await scene.get(kinds, body["metadata"]["name"])
    assert live is not None
    live["webhooks"][0]["clientConfig"]["caBundle"] = FILLED
    patch = {"webhooks": live["webhooks"]}
    await scene.client.send(
        "PATCH", path, query={"fieldManager": "cainjector"}, body=encode(patch), content_type=MERGE_PATCH
    )
    for value in ("one", "two"):
        assert condition(await scene.request(resource, value))["reason"] == "Applied"
    after = await scene.get(kinds, body["metadata"]["name"])
    assert after is not None
    assert after["webhooks"][0]["clientConfig"]["caBundle"] == FILLED
    assert [event for event in await scene.events_about(resource) if "Drift" in event["reason"]] == []


async def test_a_claim_that_is_bound_stays_bound(scene: Scene) -> None:
    spec = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}, "storageClassName": ""}
    claim = {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": "data"},
        "spec": {**spec, "volumeName": ""},
    }
    resource = await scene.resource(write([claim]), destination={"reconcileOnEvents": True})
    await scene.until_resource(resource)
    claims = await scene.kind("v1", "PersistentVolumeClaim")
    await scene.patch(claims, "data", {"spec": {"volumeName": "volume"}}, namespace=scene.namespace)
    assert condition(await scene.request(resource, "one"))["reason"] == "Applied"
    after = await scene.get(claims, "data", namespace=scene.namespace)
    assert after is not None
    assert after["spec"]["volumeName"] == "volume"
