"""`dependsOn`: nothing new is applied before other syncs are Ready; a circle is told instead of waited in."""

import pytest

from testkit.environment import OWN, SECRETS, SYNCS, Scene, condition, has_reason
from testkit.objects import config_map
from vidra.kube.discovery import Kind
from vidra.manifests.write import write


async def configs(scene: Scene) -> Kind:
    return await scene.kind("v1", "ConfigMap")


async def there(scene: Scene, name: str) -> bool:
    return await scene.get(await configs(scene), name, namespace=scene.namespace) is not None


async def test_the_second_is_applied_when_the_first_is_ready(scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("First", "kind: nonsense")
    scene.infrahub.add_artifact("Second", write([config_map("second")]))
    first = await scene.sync("First", interval="1s")
    second = await scene.sync("Second", dependsOn=[{"name": first}])
    await scene.until_sync(second, has_reason("ResourcesNotReady"))
    [made] = await scene.resources_of(second)
    resource = await scene.until_resource(made["metadata"]["name"], has_reason("DependencyNotReady"))
    assert condition(resource)["message"] == f"waiting for InfrahubSync {first}: it is not Ready"
    assert condition(resource, "Reconciling")["status"] == "True"
    assert not await there(scene, "second")
    scene.infrahub.change(artifact, write([config_map("first")]))
    await scene.until_sync(second)
    assert await there(scene, "first")
    assert await there(scene, "second")


async def test_it_waits_for_one_that_does_not_exist_yet(scene: Scene) -> None:
    name = await scene.resource(write([config_map("later")]), dependsOn=[{"name": f"{scene.namespace}-to-come"}])
    resource = await scene.until_resource(name, has_reason("DependencyNotReady"))
    assert "there is none of that name" in condition(resource)["message"]
    scene.infrahub.add_artifact("Any", write([config_map("any")]))
    await scene.sync("Any", name=f"{scene.namespace}-to-come")
    await scene.until_resource(name)


async def test_what_is_applied_is_kept_up_while_the_other_is_not_ready(scene: Scene) -> None:
    other = await scene.resource(write([config_map("other")]))
    wanted = [{"name": other, "apiVersion": "infrahub.operators.com/v1alpha1", "kind": "VidraResource"}]
    name = await scene.resource(
        write([config_map("box", colour="red")]), dependsOn=wanted, destination={"reconcileOnEvents": True}
    )
    await scene.until_resource(name)
    await scene.resource("kind: nonsense", name=other)
    await scene.until_resource(other, has_reason("InvalidManifest"))
    await scene.patch(await configs(scene), "box", {"data": {"colour": "blue"}}, namespace=scene.namespace)
    kind = await configs(scene)
    await scene.until(kind, "box", lambda item: bool(item["data"] == {"colour": "red"}), namespace=scene.namespace)


async def test_a_circle_is_stalled_and_told_and_ends_when_it_is_broken(scene: Scene) -> None:
    for name in ("One", "Two"):
        scene.infrahub.add_artifact(name, write([config_map(name.lower())]))
    one, two = f"{scene.namespace}-one", f"{scene.namespace}-two"
    await scene.sync("One", name=one, dependsOn=[{"name": two}])
    await scene.sync("Two", name=two, dependsOn=[{"name": one}])
    for name in (one, two):
        sync = await scene.until_sync(name, has_reason("DependencyCycle"))
        assert condition(sync, "Stalled")["status"] == "True"
        assert f"InfrahubSync {one}" in condition(sync)["message"]
        assert f"InfrahubSync {two}" in condition(sync)["message"]
    await scene.patch(SYNCS, two, {"spec": {"dependsOn": None}})
    await scene.until_sync(two)
    await scene.until_sync(one)


async def test_it_waits_for_an_object_that_somebody_else_makes(scene: Scene) -> None:
    wanted = [{"apiVersion": "v1", "kind": "ConfigMap", "name": "signal", "namespace": scene.namespace}]
    name = await scene.resource(write([config_map("later")]), dependsOn=wanted)
    resource = await scene.until_resource(name, lambda item: "it is not there" in condition(item).get("message", ""))
    assert condition(resource)["reason"] == "DependencyNotReady"
    assert not await there(scene, "later")
    await scene.apply(config_map("signal", scene.namespace))
    await scene.until_resource(name)
    assert await there(scene, "later")


async def test_waiting_costs_no_request(scene: Scene) -> None:
    wanted = [{"apiVersion": "v1", "kind": "ConfigMap", "name": "signal", "namespace": scene.namespace}]
    name = await scene.resource(write([config_map("later")]), dependsOn=wanted, interval="1s")
    await scene.until_resource(name, lambda item: "it is not there" in condition(item).get("message", ""))
    witness = await scene.resource(write([config_map("witness", colour="red")]), interval="1s")
    await scene.until_resource(witness)
    mark = scene.plane.audit.mark()
    kind = await configs(scene)
    for _ in range(2):
        await scene.patch(kind, "witness", {"data": {"colour": "blue"}}, namespace=scene.namespace)
        await scene.until(
            kind, "witness", lambda item: bool(item["data"] == {"colour": "red"}), namespace=scene.namespace
        )
    asked = [
        entry for entry in await scene.plane.audit.since(mark) if entry.name in {name, "later"} or "signal" in entry.uri
    ]
    assert asked == []
    await scene.apply(config_map("signal", scene.namespace))
    await scene.until_resource(name)


async def test_it_waits_for_an_object_whose_kind_is_not_served_yet(scene: Scene) -> None:
    wanted = [{"apiVersion": "nowhere.example/v1", "kind": "Thing", "name": "signal"}]
    name = await scene.resource(write([config_map("later")]), dependsOn=wanted)
    resource = await scene.until_resource(name, has_reason("DependencyNotReady"))
    assert "does not serve its kind" in condition(resource)["message"]


@pytest.mark.parametrize("is_there", [True, False])
async def test_whether_something_is_in_vidras_namespace_is_not_told(scene: Scene, is_there: bool) -> None:
    secret = f"{scene.namespace}-hidden"
    if is_there:
        await scene.secret(secret, {})
    wanted = [{"apiVersion": "v1", "kind": "Secret", "name": secret, "namespace": OWN}]
    name = await scene.resource(write([config_map("later")]), dependsOn=wanted)
    resource = await scene.until_resource(name, has_reason("Protected"))
    assert condition(resource)["message"] == (
        f"dependsOn: Secret {OWN}/{secret} is in Vidra's own namespace, which is not shown to syncs; "
        "depend on something else"
    )
    assert not await there(scene, "later")
    if is_there:
        await scene.delete(SECRETS, secret, namespace=OWN)
