"""Objects end in the namespace that they name, or else in that of the destination; and what becomes of that one."""

import pytest

from testkit.environment import RESOURCES, Scene, condition, established, has_reason
from testkit.objects import config_map, custom, definition, namespace
from vidra.api.names import MANAGED_LABEL
from vidra.manifests.write import write

GRANT = {"apiVersion": "rbac.authorization.k8s.io/v1", "rules": []}


async def test_an_object_without_a_namespace_goes_to_that_of_the_destination(scene: Scene) -> None:
    name = await scene.resource(write([config_map("plain")]))
    await scene.until_resource(name)
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "plain", namespace=scene.namespace)


async def test_an_object_that_names_a_namespace_stays_there(scene: Scene) -> None:
    elsewhere = f"{scene.namespace}-else"
    await scene.apply(namespace(elsewhere))
    name = await scene.resource(write([config_map("placed", elsewhere)]))
    await scene.until_resource(name)
    configs = await scene.kind("v1", "ConfigMap")
    assert await scene.get(configs, "placed", namespace=elsewhere)
    assert await scene.get(configs, "placed", namespace=scene.namespace) is None


async def test_the_cluster_says_which_kinds_have_a_namespace(scene: Scene) -> None:
    group = f"{scene.namespace}.example.com"
    definitions = await scene.kind("apiextensions.k8s.io/v1", "CustomResourceDefinition")
    for body in (definition(group, "Room"), definition(group, "Planet", namespaced=False)):
        await scene.apply(body)
        await scene.until(definitions, body["metadata"]["name"], established)
    name = await scene.resource(
        write([custom(group, "Room", "cosy"), custom(group, "Planet", "earth", namespace="ignored")])
    )
    resource = await scene.until_resource(name)
    places = {item["kind"]: item.get("namespace", "") for item in resource["status"]["managedResources"]}
    assert places == {"Room": scene.namespace, "Planet": ""}
    scene.discovery.forget()
    assert await scene.get(await scene.kind(f"{group}/v1", "Room"), "cosy", namespace=scene.namespace)
    assert await scene.get(await scene.kind(f"{group}/v1", "Planet"), "earth")


async def test_a_namespace_on_a_cluster_scoped_object_is_ignored(scene: Scene) -> None:
    role = {**GRANT, "kind": "ClusterRole", "metadata": {"name": scene.namespace, "namespace": "nowhere"}}
    name = await scene.resource(write([role]))
    resource = await scene.until_resource(name)
    assert "namespace" not in resource["status"]["managedResources"][0]
    roles = await scene.kind("rbac.authorization.k8s.io/v1", "ClusterRole")
    assert await scene.get(roles, scene.namespace)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(roles, scene.namespace)


@pytest.mark.usefixtures("only_events")
async def test_a_missing_namespace_is_named_and_vidra_goes_on_when_it_appears(scene: Scene) -> None:
    later = f"{scene.namespace}-later"
    name = await scene.resource(write([config_map("early"), config_map("late", later)]))
    waiting = await scene.until_resource(name, has_reason("NamespaceMissing"))
    assert f"create the namespace (kubectl create namespace {later})" in condition(waiting)["message"]
    assert "createNamespace" not in condition(waiting)["message"], "that would create another one"
    assert condition(waiting, "Reconciling")["status"] == "True"
    assert waiting["status"]["progress"] == "1/2"
    await scene.apply(namespace(later))
    await scene.until_resource(name)
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "late", namespace=later)


async def test_create_namespace_makes_it_and_takes_it_away_at_the_end(scene: Scene) -> None:
    made = f"{scene.namespace}-made"
    name = await scene.resource(write([config_map("inside")]), destination={"namespace": made, "createNamespace": True})
    await scene.until_resource(name)
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "inside", namespace=made)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(await scene.kind("v1", "Namespace"), made)
    await scene.until_gone(RESOURCES, name)


async def test_create_namespace_joins_one_that_exists_and_leaves_it_at_the_end(scene: Scene) -> None:
    there = f"{scene.namespace}-there"
    before = await scene.apply(namespace(there))
    name = await scene.resource(
        write([config_map("inside")]), destination={"namespace": there, "createNamespace": True}
    )
    await scene.until_resource(name)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "inside", namespace=there) is None
    after = await scene.get(await scene.kind("v1", "Namespace"), there)
    assert after is not None
    assert after["metadata"]["uid"] == before["metadata"]["uid"]
    assert "deletionTimestamp" not in after["metadata"]
    assert after["metadata"]["labels"] == before["metadata"]["labels"]
    assert not any(entry["manager"].startswith("vidra:") for entry in after["metadata"]["managedFields"])


async def test_an_empty_manifest_prunes_nothing_even_when_vidra_creates_the_namespace(scene: Scene) -> None:
    made = f"{scene.namespace}-made"
    where = {"namespace": made, "createNamespace": True}
    name = await scene.resource(write([config_map("inside")]), destination=where)
    await scene.until_resource(name)
    await scene.resource("# nothing\n", name=name, destination=where)
    await scene.until_resource(name, has_reason("EmptyManifest"))
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "inside", namespace=made)


async def test_the_default_namespace_is_never_deleted(scene: Scene) -> None:
    name = await scene.resource(write([namespace("default"), config_map("plain")]))
    await scene.until_resource(name)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    default = await scene.get(await scene.kind("v1", "Namespace"), "default")
    assert default is not None
    assert "deletionTimestamp" not in default["metadata"]
    assert MANAGED_LABEL not in default["metadata"]["labels"]
