"""What the API server does not take for now is shown as progress, costs few requests, and is applied in the end."""

from collections.abc import AsyncIterator

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.eventually import eventually
from testkit.objects import config_map, namespace, secret
from vidra.manifests.write import write

SOON = 20.0
"""Seconds: far less than the interval, and than the back-off of what failed so often."""
HOOK = "webhook.example.com"
UNREACHABLE = {"url": "https://127.0.0.1:1/"}
UNSERVED = {"service": {"namespace": "default", "name": "no-such-service"}}
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "worker"},
    "spec": {"serviceAccountName": "later", "containers": [{"name": "w", "image": "registry.example.com/w:1"}]},
}


async def waits(scene: Scene, name: str, reason: str) -> str:
    """What is said of a VidraResource that has been trying in vain for so long that its back-off is long."""
    await scene.until_resource(name, has_reason(reason))
    for value in ("one", "two", "three", "four", "five"):
        await scene.request(name, value)
    resource = await scene.until_resource(name, has_reason(reason))
    assert condition(resource, "Reconciling")["status"] == "True"
    assert "lastError" not in resource["status"]
    return str(condition(resource)["message"])


def tries(scene: Scene, mark: int, name: str) -> int:
    """How often an object was sent."""
    return sum(entry.verb == "patch" and entry.name == name for entry in scene.plane.audit.so_far(mark))


@pytest.fixture
async def ending_namespace(scene: Scene) -> AsyncIterator[str]:
    """A namespace that is being deleted, and stays so until somebody takes the finalizer off."""
    name = f"{scene.namespace}-leaving"
    await scene.apply(namespace(name))
    anchor = config_map("anchor", name)
    anchor["metadata"]["finalizers"] = ["hold.example.com/x"]
    await scene.apply(anchor)
    await scene.delete(await scene.kind("v1", "Namespace"), name)
    yield name
    await _let_go(scene, name)


async def _let_go(scene: Scene, name: str) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    if await scene.get(configs, "anchor", namespace=name):
        await scene.patch(configs, "anchor", {"metadata": {"finalizers": None}}, namespace=name)


@pytest.mark.faces(1)
@pytest.mark.parametrize("what", [config_map("settings"), secret("settings", word="open")], ids=["map", "secret"])
async def test_a_namespace_on_its_way_out_is_waited_for_until_it_is_back(
    scene: Scene, ending_namespace: str, what: Json
) -> None:
    name = await scene.resource(write([what]), destination={"namespace": ending_namespace}, interval="10m")
    assert "being deleted" in await waits(scene, name, "NamespaceMissing")
    await _let_go(scene, ending_namespace)
    await scene.until_gone(await scene.kind("v1", "Namespace"), ending_namespace)
    await scene.apply(namespace(ending_namespace))
    await scene.until_resource(name, seconds=SOON)
    assert await scene.get(await scene.kind("v1", what["kind"]), "settings", namespace=ending_namespace)


async def test_a_namespace_that_vidra_creates_comes_back_with_what_is_in_it(
    scene: Scene, ending_namespace: str
) -> None:
    where = {"namespace": ending_namespace, "createNamespace": True}
    name = await scene.resource(write([config_map("settings")]), destination=where, interval="10m")
    waiting = await scene.until_resource(name, lambda item: condition(item, "Reconciling").get("status") == "True")
    assert condition(waiting)["status"] != "True"
    await _let_go(scene, ending_namespace)
    await scene.until_resource(name, seconds=SOON)
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "settings", namespace=ending_namespace)


@pytest.mark.occasional
async def test_a_quota_that_is_raised_lets_the_object_in(scene: Scene) -> None:
    quotas = await scene.kind("v1", "ResourceQuota")
    quota = {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": {"name": "few", "namespace": scene.namespace},
        "spec": {"hard": {"count/services": "0"}},
    }
    await scene.apply(quota)
    await scene.until(quotas, "few", lambda item: "hard" in item.get("status", {}), namespace=scene.namespace)
    many = [service(f"web-{number}") for number in range(5)]
    name = await scene.resource(write([config_map("free"), service("web"), *many]), interval="10m")
    assert "raise the quota" in await waits(scene, name, "QuotaExceeded")
    mark = scene.plane.audit.mark()
    await eventually(lambda: tries(scene, mark, "web") >= 3)
    assert tries(scene, mark, name) == 0, "tries that find the same are no news"
    await scene.patch(quotas, "few", {"spec": {"hard": {"count/services": "9"}}}, namespace=scene.namespace)
    await scene.until_resource(name, seconds=SOON)
    assert tries(scene, mark, "web") < 10
    assert tries(scene, mark, "free") == 0


@pytest.mark.faces(1)
@pytest.mark.parametrize("client", [UNREACHABLE, UNSERVED], ids=["unreachable", "unserved"])
async def test_a_webhook_that_does_not_answer_refuses_nothing_for_good(scene: Scene, client: Json) -> None:
    hooks = await scene.kind("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration")
    await scene.apply(webhook(scene, client))
    beside = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "bad"}, "spec": {"ports": [{"port": 99999}]}}
    name = await scene.resource(write([config_map("late")]), interval="10m")
    mixed = await scene.resource(write([config_map("other"), beside]), interval="10m")
    assert HOOK in await waits(scene, name, "RefusedForNow")
    await scene.until_resource(mixed, has_reason("Refused"))
    await scene.delete(hooks, scene.namespace)
    await scene.until_resource(name, seconds=SOON)
    # What somebody has to correct does not hold up what ends by itself.
    await scene.until(
        await scene.kind("v1", "ConfigMap"), "other", lambda _: True, namespace=scene.namespace, seconds=SOON
    )


@pytest.mark.occasional
async def test_what_a_webhook_keeps_from_being_deleted_goes_when_it_answers(scene: Scene) -> None:
    hooks = await scene.kind("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration")
    name = await scene.resource(write([config_map("kept")]), interval="10m")
    await scene.until_resource(name)
    await scene.apply(webhook(scene, UNREACHABLE))
    await scene.delete(RESOURCES, name)
    deleting = await scene.until_resource(name, lambda item: HOOK in condition(item).get("message", ""))
    assert condition(deleting)["reason"] == "Deleting"
    await scene.delete(hooks, scene.namespace)
    await scene.until_gone(RESOURCES, name)


@pytest.mark.occasional
async def test_a_pod_waits_for_its_service_account(scene: Scene) -> None:
    name = await scene.resource(write([POD]), interval="10m")
    assert "later" in await waits(scene, name, "RefusedForNow")
    account = {"name": "later", "namespace": scene.namespace}
    await scene.apply({"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account})
    await scene.until_resource(name, seconds=SOON)


def service(name: str) -> Json:
    return {"apiVersion": "v1", "kind": "Service", "metadata": {"name": name}, "spec": {"ports": [{"port": 80}]}}


def webhook(scene: Scene, client: Json) -> Json:
    """A webhook that is asked about every ConfigMap of the scene."""
    selector = {"matchLabels": {"kubernetes.io/metadata.name": scene.namespace}}
    rule = {
        "apiGroups": [""],
        "apiVersions": ["v1"],
        "resources": ["configmaps"],
        "operations": ["CREATE", "UPDATE", "DELETE"],
    }
    hook = {
        "name": HOOK,
        "admissionReviewVersions": ["v1"],
        "sideEffects": "None",
        "failurePolicy": "Fail",
        "timeoutSeconds": 1,
        "clientConfig": client,
        "namespaceSelector": selector,
        "rules": [rule],
    }
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingWebhookConfiguration",
        "metadata": {"name": scene.namespace},
        "webhooks": [hook],
    }
