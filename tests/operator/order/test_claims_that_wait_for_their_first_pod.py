"""A claim that is bound when its first Pod comes must not hold up that Pod."""

from collections.abc import AsyncIterator

import pytest

from testkit.environment import Json, Scene, condition, has_reason
from testkit.objects import config_map
from testkit.remote import Remote
from vidra.manifests.write import write

WAVE = "vidra.infrahub.operators.com/wave"


def claim(name: str, storage: str, **spec: str) -> Json:
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {"name": name},
        "spec": {
            "storageClassName": storage,
            "accessModes": ["ReadWriteOnce"],
            "resources": {"requests": {"storage": "1Gi"}},
            **spec,
        },
    }


def storage_class(name: str, mode: str) -> Json:
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": name},
        "provisioner": "none.example.com/none",
        "volumeBindingMode": mode,
    }


def later(name: str) -> Json:
    body = config_map(name)
    body["metadata"]["annotations"] = {WAVE: "1"}
    return body


@pytest.fixture
async def late(scene: Scene) -> AsyncIterator[str]:
    """A StorageClass of a person's that waits for the first Pod."""
    name = f"{scene.namespace}-late"
    await scene.apply(storage_class(name, "WaitForFirstConsumer"))
    yield name
    await scene.delete(await scene.kind("storage.k8s.io/v1", "StorageClass"), name)


@pytest.fixture
async def soon(scene: Scene) -> AsyncIterator[str]:
    """One that binds at once, if only its provisioner would."""
    name = f"{scene.namespace}-soon"
    await scene.apply(storage_class(name, "Immediate"))
    yield name
    await scene.delete(await scene.kind("storage.k8s.io/v1", "StorageClass"), name)


async def test_the_wave_with_its_consumer_comes(scene: Scene, late: str) -> None:
    name = await scene.resource(write([claim("data", late), later("db")]))
    await scene.until_resource(name)
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "db", namespace=scene.namespace)


async def test_a_class_in_the_same_manifest_counts_as_well(scene: Scene) -> None:
    name = f"{scene.namespace}-own"
    resource = await scene.resource(
        write([storage_class(name, "WaitForFirstConsumer"), claim("data", name), later("db")])
    )
    await scene.until_resource(resource)


async def test_without_a_consumer_wait_is_ready_and_stays_so(scene: Scene, late: str) -> None:
    name = await scene.resource(write([claim("data", late)]), wait=True, healthTimeout="1s")
    ready = await scene.until_resource(name)
    assert ready["status"]["health"] == "Current"


async def test_who_depends_on_such_a_claim_goes_on(scene: Scene, late: str) -> None:
    await scene.apply({**claim("data", late), "metadata": {"name": "data", "namespace": scene.namespace}})
    there = {"apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": "data", "namespace": scene.namespace}
    name = await scene.resource(write([config_map("app")]), dependsOn=[there])
    await scene.until_resource(name)


async def test_a_claim_of_a_class_that_binds_at_once_is_waited_for(scene: Scene, soon: str) -> None:
    name = await scene.resource(write([claim("data", soon), later("db")]))
    waits = has_reason("WaitingForHealth")
    # For a moment it is only known that the claim was applied.
    await scene.until_resource(
        name, lambda item: waits(item) and "not bound, phase Pending" in condition(item)["message"]
    )
    await scene.request(name, "again")
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "db", namespace=scene.namespace) is None


async def test_a_class_that_comes_later_lets_the_wave_go_on(scene: Scene) -> None:
    name = f"{scene.namespace}-comes"
    resource = await scene.resource(write([claim("data", name), later("db")]), interval="10m")
    await scene.until_resource(resource, has_reason("WaitingForHealth"))
    await scene.apply(storage_class(name, "WaitForFirstConsumer"))
    await scene.until_resource(resource)


async def test_who_may_not_read_classes_is_told_what_to_do(remote: Remote) -> None:
    rbac, there = "rbac.authorization.k8s.io", remote.scene
    account = {"name": "claims", "namespace": there.namespace}
    kinds = ["configmaps", "persistentvolumeclaims"]
    for body in (
        storage_class(there.namespace, "WaitForFirstConsumer"),
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": account},
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": there.namespace},
            "rules": [{"apiGroups": [""], "resources": kinds, "verbs": ["*"]}],
        },
        {
            "apiVersion": f"{rbac}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": there.namespace},
            "roleRef": {"apiGroup": rbac, "kind": "ClusterRole", "name": there.namespace},
            "subjects": [{"kind": "ServiceAccount", **account}],
        },
    ):
        await there.apply(body)
    await remote.credentials()
    acting: Json = {"serviceAccountName": "claims", "serviceAccountNamespace": there.namespace}
    bodies = [claim("data", there.namespace), later("db")]
    name = await remote.resource(write(bodies), **acting)
    await remote.home.until_resource(
        name, lambda item: "let Vidra list and watch StorageClasses" in condition(item).get("message", "")
    )
    await remote.end(name)


async def test_a_claim_that_names_its_volume_waits_for_that_and_no_pod(scene: Scene, late: str) -> None:
    name = await scene.resource(write([claim("data", late, volumeName="no-such-volume"), later("db")]))
    await scene.until_resource(name, has_reason("WaitingForHealth"))
