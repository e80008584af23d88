"""A wave waits for everything that belongs before it, whether Vidra knows how to apply it or not."""

import pytest

from testkit.environment import Scene, condition, established, has_reason, is_ready
from testkit.objects import Json, annotated, config_map, custom, definition
from vidra.api.names import CLUSTER_LABEL
from vidra.manifests.write import write


def in_wave(wave: int, item: Json) -> Json:
    return annotated(item, wave=str(wave))


async def is_there(scene: Scene, name: str) -> bool:
    return await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace) is not None


async def consumer_came_after_gadget(scene: Scene, group: str) -> None:
    scene.discovery.forget()
    gadget = await scene.get(await scene.kind(f"{group}/v1", "Gadget"), "first", namespace=scene.namespace)
    consumer = await scene.get(await scene.kind("v1", "ConfigMap"), "consumer", namespace=scene.namespace)
    assert gadget is not None
    assert consumer is not None
    assert int(gadget["metadata"]["resourceVersion"]) < int(consumer["metadata"]["resourceVersion"])


async def test_an_object_of_a_kind_that_comes_later_holds_the_next_wave(scene: Scene) -> None:
    group = f"{scene.namespace}.example.com"
    text = [
        in_wave(0, config_map("settings")),
        in_wave(1, custom(group, "Gadget", "first")),
        in_wave(2, config_map("consumer")),
    ]
    name = await scene.resource(write(text))
    resource = await scene.until_resource(name, has_reason("KindUnknown"))
    assert "wave 2 waits for what is not applied: Gadget first" in condition(resource)["message"]
    assert (await is_there(scene, "settings"), await is_there(scene, "consumer")) == (True, False)
    await scene.apply(definition(group, "Gadget"))
    await scene.until_resource(name)
    await consumer_came_after_gadget(scene, group)


async def test_definition_resource_and_consumer_of_one_manifest_come_in_this_order(scene: Scene) -> None:
    group = f"{scene.namespace}.example.com"
    text = [
        in_wave(2, config_map("consumer")),
        in_wave(1, custom(group, "Gadget", "first")),
        in_wave(0, definition(group, "Gadget")),
    ]
    name = await scene.resource(write(text))
    await scene.until_resource(name)
    await consumer_came_after_gadget(scene, group)


def protected() -> str:
    """A Secret that Vidra would take credentials from."""
    item = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "key", "labels": {CLUSTER_LABEL: "x"}}}
    return write([in_wave(0, item)])


def refused() -> str:
    """A name that no API server takes."""
    return write([in_wave(0, config_map("No_Name"))])


@pytest.mark.faces(2)
@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (protected(), "Protected"),
        (refused(), "Refused"),
        ("kind: {\n", "InvalidManifest"),
        (write([annotated(config_map("x"), wave="soon")]), "InvalidManifest"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x, annotations: [a]}\n", "InvalidManifest"),
    ],
    ids=["protected", "refused", "unreadable", "no wave", "no annotations"],
)
async def test_what_cannot_be_applied_holds_the_later_waves_and_not_its_own(
    scene: Scene, bad: str, reason: str
) -> None:
    good = write([in_wave(0, config_map("beside")), in_wave(1, config_map("after"))])
    name = await scene.resource(f"{bad}\n---\n{good}")
    resource = await scene.until_resource(name, has_reason(reason))
    assert "wave 1 waits for what is not applied" in condition(resource)["message"]
    assert (await is_there(scene, "beside"), await is_there(scene, "after")) == (True, False)
    await scene.resource(good, name=name)
    await scene.until_resource(name, is_ready)


async def test_a_failed_object_is_told_as_a_failure_and_not_as_progress(scene: Scene) -> None:
    group = "waves.example.com"
    made = await scene.apply(definition(group, "Machine"))
    definitions = await scene.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    await scene.until(definitions, made["metadata"]["name"], established)
    scene.discovery.forget()
    name = await scene.resource(write([in_wave(0, custom(group, "Machine", "m")), in_wave(1, config_map("after"))]))
    await scene.until_resource(name)
    machines = await scene.kind(f"{group}/v1", "Machine")
    failed = {"type": "Stalled", "status": "True", "reason": "Said", "message": "the disk is broken"}
    await scene.patch(machines, "m", {"status": {"conditions": [failed]}}, namespace=scene.namespace)
    text = [in_wave(0, custom(group, "Machine", "m")), in_wave(1, config_map("after", colour="red"))]
    await scene.resource(write(text), name=name)
    resource = await scene.until_resource(name, has_reason("Unhealthy"))
    assert "wave 1 waits" in condition(resource)["message"]
    assert "the disk is broken" in condition(resource)["message"]
    assert condition(resource, "Reconciling") == {}
    await scene.patch(machines, "m", {"status": {"conditions": None}}, namespace=scene.namespace)
    await scene.until_resource(name)
