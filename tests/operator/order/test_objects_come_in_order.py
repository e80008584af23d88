"""What others need comes first, whatever the order in the manifest; what is not there yet is waited for."""

import pytest

from testkit.environment import RESOURCES, Scene, condition, established, has_reason, is_ready
from testkit.objects import config_map, custom, definition, namespace
from vidra.manifests.write import write

DEFINITION = ("apiextensions.k8s.io/v1", "CustomResourceDefinition")


async def test_definitions_and_namespaces_come_first_in_any_order(scene: Scene) -> None:
    group, place = f"{scene.namespace}.example.com", f"{scene.namespace}-new"
    name = await scene.resource(
        write(
            [
                custom(group, "Router", "core", place),
                config_map("settings", place),
                definition(group, "Router"),
                namespace(place),
            ]
        )
    )
    resource = await scene.until_resource(name)
    assert resource["status"]["progress"] == "4/4"
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "settings", namespace=place)
    scene.discovery.forget()
    assert await scene.get(await scene.kind(f"{group}/v1", "Router"), "core", namespace=place)


@pytest.mark.usefixtures("only_events")
async def test_an_unknown_kind_waits_for_its_definition_while_the_rest_is_applied(scene: Scene) -> None:
    group = f"{scene.namespace}.example.com"
    name = await scene.resource(write([custom(group, "Router", "core"), config_map("settings")]))
    waiting = await scene.until_resource(name, has_reason("KindUnknown"))
    assert condition(waiting, "Reconciling")["status"] == "True"
    assert waiting["status"]["DeployState"] == "Running"
    assert waiting["status"]["progress"] == "1/2"
    assert waiting["status"]["problems"][0]["object"] == f"Router core ({group}/v1)"
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "settings", namespace=scene.namespace)
    await scene.apply(definition(group, "Router"))
    await scene.until(await scene.kind(*DEFINITION), f"routers.{group}", established)
    resource = await scene.until_resource(name)
    assert condition(resource, "Reconciling") == {}
    assert "problems" not in resource["status"]


async def test_a_version_that_is_not_served_is_told_with_the_one_that_is(scene: Scene) -> None:
    old = {"apiVersion": "extensions/v1beta1", "kind": "Ingress", "metadata": {"name": "web"}, "spec": {}}
    name = await scene.resource(write([old]))
    waiting = await scene.until_resource(name, has_reason("KindUnknown"))
    assert "but as networking.k8s.io/v1: correct apiVersion" in condition(waiting)["message"]


async def test_a_definition_that_is_removed_later_is_noticed_and_waited_for(scene: Scene) -> None:
    group = f"{scene.namespace}.example.com"
    definitions = await scene.kind(*DEFINITION)
    await scene.apply(definition(group, "Router"))
    await scene.until(definitions, f"routers.{group}", established)
    name = await scene.resource(
        write([custom(group, "Router", "core"), config_map("settings")]), destination={"reconcileOnEvents": True}
    )
    await scene.until_resource(name)
    await scene.delete(definitions, f"routers.{group}")
    await scene.until_resource(name, has_reason("KindUnknown"))
    await scene.until_gone(definitions, f"routers.{group}")
    await scene.apply(definition(group, "Router"))
    await scene.until_resource(name, is_ready)
    scene.discovery.forget()
    assert await scene.get(await scene.kind(f"{group}/v1", "Router"), "core", namespace=scene.namespace)


async def test_a_kind_that_is_gone_does_not_hold_up_the_end(scene: Scene) -> None:
    group = f"{scene.namespace}.example.com"
    definitions = await scene.kind(*DEFINITION)
    await scene.apply(definition(group, "Router"))
    await scene.until(definitions, f"routers.{group}", established)
    name = await scene.resource(write([custom(group, "Router", "core"), config_map("settings")]))
    await scene.until_resource(name)
    await scene.delete(definitions, f"routers.{group}")
    await scene.until_gone(definitions, f"routers.{group}")
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "settings", namespace=scene.namespace) is None
