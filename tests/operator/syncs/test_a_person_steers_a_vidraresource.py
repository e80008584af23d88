"""What a person can ask of a VidraResource while it is there."""

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason, is_ready
from testkit.objects import config_map
from vidra.manifests.write import write

BLUE = {"data": {"colour": "blue"}}


async def colour(scene: Scene) -> str:
    box = await scene.get(await scene.kind("v1", "ConfigMap"), "box", namespace=scene.namespace)
    return str(box["data"]["colour"]) if box else ""


async def given(scene: Scene) -> str:
    """A VidraResource with a ConfigMap that somebody painted blue since."""
    name = await scene.resource(write([config_map("box", colour="red")]))
    await scene.until_resource(name)
    await scene.patch(await scene.kind("v1", "ConfigMap"), "box", BLUE, namespace=scene.namespace)
    return name


async def test_the_annotation_asks_for_a_pass_now(scene: Scene) -> None:
    name = await given(scene)
    resource = await scene.request(name, "2026-01-01T00:00:00Z")
    assert is_ready(resource)
    assert await colour(scene) == "red"


async def test_a_new_reconciled_at_asks_for_a_pass_now(scene: Scene) -> None:
    name = await given(scene)
    await scene.patch(RESOURCES, name, {"spec": {"reconciledAt": "2026-01-01T00:00:00Z"}})
    await scene.until_resource(name)
    assert await colour(scene) == "red"


async def test_a_suspended_one_does_nothing_and_goes_on_when_it_is_resumed(scene: Scene) -> None:
    name = await given(scene)
    await scene.patch(RESOURCES, name, {"spec": {"suspend": True}})
    resource = await scene.until_resource(name, has_reason("Suspended"))
    assert f"vidra resume {name}" in condition(resource)["message"]
    await scene.patch(RESOURCES, name, {"spec": {"reconciledAt": "now"}})
    await scene.until_resource(name, has_reason("Suspended"))
    assert await colour(scene) == "blue"
    await scene.patch(RESOURCES, name, {"spec": {"suspend": False}})
    await scene.until_resource(name, has_reason("Applied"))
    assert await colour(scene) == "red"


async def test_a_suspended_one_can_be_deleted_with_its_objects(scene: Scene) -> None:
    name = await given(scene)
    await scene.patch(RESOURCES, name, {"spec": {"suspend": True}})
    await scene.until_resource(name, has_reason("Suspended"))
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert await colour(scene) == ""


async def test_each_has_an_interval_of_its_own(scene: Scene) -> None:
    """That of the others is ten minutes: nothing else would paint it red while the test looks."""
    name = await given(scene)
    await scene.patch(RESOURCES, name, {"spec": {"interval": "1s"}})
    await scene.until_resource(name)
    configs = await scene.kind("v1", "ConfigMap")
    await scene.patch(configs, "box", BLUE, namespace=scene.namespace)
    await scene.until(configs, "box", lambda item: bool(item["data"]["colour"] == "red"), namespace=scene.namespace)


async def test_a_bad_interval_is_refused_when_it_is_written(scene: Scene) -> None:
    answer = await scene.plane.kubectl("apply", "-f", "-", stdin=_resource(scene, interval="soon"), check=False)
    assert "such as 30s, 5m or 1h30m" in answer.stderr


async def test_moving_to_another_namespace_moves_the_objects(scene: Scene) -> None:
    place = f"{scene.namespace}-place"
    name = await scene.resource(write([config_map("box", colour="red")]))
    await scene.until_resource(name)
    await scene.resource(
        write([config_map("box", colour="red")]), name=name, destination={"namespace": place, "createNamespace": True}
    )
    await scene.until_resource(name)
    assert await scene.get(await scene.kind("v1", "ConfigMap"), "box", namespace=place)
    assert await colour(scene) == ""


def _resource(scene: Scene, **spec: object) -> str:
    body: Json = {
        "apiVersion": "infrahub.operators.com/v1alpha1",
        "kind": "VidraResource",
        "metadata": {"name": f"{scene.namespace}-x"},
        "spec": {"manifest": "", **spec},
    }
    return write([body])
