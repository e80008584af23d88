"""An inventory that cannot be written stops what is new, is said, and keeps nobody from cleaning up."""

import itertools
from collections.abc import AsyncIterator

import pytest

from testkit.controlplane import ControlPlane
from testkit.environment import RESOURCES, Scene, condition, connection_to, defined, has_reason
from testkit.eventually import eventually
from testkit.infrahub import StandIn
from testkit.objects import Json, config_map, namespace
from testkit.operating import Operating
from vidra.controllers.runtime import inventory_store as store
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.manifests.write import write

POLICIES = "admissionregistration.k8s.io"
_numbers = itertools.count(1)


@pytest.fixture(scope="module")
async def small_plane() -> AsyncIterator[ControlPlane]:
    """A control plane whose etcd takes objects of 128 KiB, so that hundreds are too many."""
    async with defined(ControlPlane(controllers=False, largest=131_072)) as plane:
        yield plane


@pytest.fixture
async def small(small_plane: ControlPlane) -> AsyncIterator[Scene]:
    """A scene in it."""
    client = Client(connection_to(small_plane))
    async with Operating(small_plane), StandIn() as infrahub:
        scene = Scene(small_plane, client, infrahub, f"small-{next(_numbers)}")
        await scene.apply(namespace(scene.namespace))
        yield scene
    await client.close()


def units(count: int) -> str:
    return write([config_map(f"unit-{number:05d}") for number in range(count)])


async def applied(scene: Scene) -> int:
    """ConfigMaps in the namespace."""
    listing: Json = await scene.client.get((await scene.kind("v1", "ConfigMap")).path(scene.namespace), Json)
    return len(listing["items"])


async def written(scene: Scene, mark: int) -> int:
    """Objects that were applied since."""
    return len(
        [
            entry
            for entry in await scene.plane.audit.since(mark)
            if entry.verb == "patch"
            and entry.resource == "configmaps"
            and entry.namespace == scene.namespace
            and "dryRun" not in entry.uri
        ]
    )


@pytest.mark.occasional
async def test_objects_that_cannot_be_confirmed_are_said_not_applied_again_and_removed_at_the_end(
    small: Scene,
) -> None:
    name = await small.resource(units(600), interval="1s")
    resource = await small.until_resource(name, has_reason("TooLarge"))
    assert "Divide the artifact" in condition(resource)["message"]
    assert "600 objects" in condition(resource)["message"]
    assert len(resource["status"]["managedResources"]) == 600
    assert (await small.until_event(name, "TooLarge"))["type"] == "Warning"
    mark = small.plane.audit.mark()
    witness = await small.resource(write([config_map("witness")]), interval="1s")
    await small.until_resource(witness)
    for number in range(3):
        await small.request(witness, str(number))
    assert await written(small, mark) == 1
    await small.delete(RESOURCES, name)
    await small.until_gone(RESOURCES, name)
    assert await applied(small) == 1


@pytest.mark.parametrize("limit", [store.LIMIT, 4_000], ids=["status", "piece"])
async def test_an_inventory_that_cannot_even_be_announced_applies_nothing(
    small: Scene, monkeypatch: pytest.MonkeyPatch, limit: int
) -> None:
    """Neither in the status, nor, where that has no room for it, beside it."""
    monkeypatch.setattr(store, "LIMIT", limit)
    name = await small.resource(units(900), interval="1s")
    await small.until_resource(name, has_reason("TooLarge"))
    assert await applied(small) == 0
    await small.resource(units(3), name=name, interval="1s")
    await small.until_resource(name)
    await small.delete(RESOURCES, name)
    await small.until_gone(RESOURCES, name)


async def test_a_status_that_cannot_be_written_applies_nothing_again(small: Scene) -> None:
    name = f"{small.namespace}-told"
    rule = {
        "apiGroups": ["infrahub.operators.com"],
        "apiVersions": ["*"],
        "resources": ["vidraresources/status"],
        "operations": ["UPDATE"],
    }
    refuse = f"object.metadata.name != '{name}' || !has(object.status.readyObjects) || object.status.readyObjects < 1"
    policy = {
        "apiVersion": f"{POLICIES}/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": refuse, "message": "not now"}],
        },
    }
    binding = {
        "apiVersion": f"{POLICIES}/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    }
    await small.apply(policy)
    await small.apply(binding)
    await small.resource(units(5), name=name, suspend=True)
    await until_refused(small, name)
    mark = small.plane.audit.mark()
    await small.resource(units(5), name=name, suspend=False)

    def tried() -> int:
        entries = small.plane.audit.so_far(mark)
        return len(
            [entry for entry in entries if entry.name == name and entry.subresource == "status" and entry.code > 400]
        )

    await eventually(lambda: tried() >= 3)
    assert "not now" in (await small.until_event(name, "Refused"))["message"]
    await small.delete(await small.kind(f"{POLICIES}/v1", "ValidatingAdmissionPolicyBinding"), name)
    await small.until_resource(name)
    assert await written(small, mark) == 5


async def until_refused(scene: Scene, name: str) -> None:
    """Wait until the API server has heard of the policy."""

    async def refused() -> bool:
        try:
            await scene.client.send(
                "PATCH",
                RESOURCES.path("", name, "status"),
                body=b'{"status": {"readyObjects": 1}}',
                content_type="application/merge-patch+json",
            )
        except ApiError as error:
            return error.code == 422
        return False

    await eventually(refused)
