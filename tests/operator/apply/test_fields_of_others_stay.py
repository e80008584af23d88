"""Vidra holds what the manifest says, and nothing else of an object."""

from testkit.environment import Json, Scene
from testkit.objects import config_map, secret
from vidra.manifests.write import write


def deployment(**spec: object) -> Json:
    labels = {"app": "web"}
    container = {"name": "web", "image": "example.com/web:1"}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web"},
        "spec": {
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
            **spec,
        },
    }


async def live(scene: Scene, api_version: str, kind: str, name: str) -> Json:
    found = await scene.get(await scene.kind(api_version, kind), name, namespace=scene.namespace)
    assert found is not None
    return found


async def test_an_annotation_and_a_key_of_somebody_else_stay(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("shared", colour="red")]))
    await scene.until_resource(name)
    theirs = {"metadata": {"annotations": {"note": "mine"}}, "data": {"size": "xl"}}
    await scene.patch(configs, "shared", theirs, namespace=scene.namespace)
    await scene.resource(write([config_map("shared", colour="blue")]), name=name)
    await scene.until_resource(name)
    after = await live(scene, "v1", "ConfigMap", "shared")
    assert after["data"] == {"colour": "blue", "size": "xl"}
    assert after["metadata"]["annotations"]["note"] == "mine"


async def test_a_number_of_replicas_that_the_manifest_leaves_open_is_left_to_others(scene: Scene) -> None:
    name = await scene.resource(write([deployment()]), destination={"reconcileOnEvents": True})
    await scene.until_resource(name)
    await scene.plane.kubectl("-n", scene.namespace, "scale", "deployment", "web", "--replicas=3")
    await scene.resource(write([deployment(minReadySeconds=1)]), name=name, destination={"reconcileOnEvents": True})
    await scene.until_resource(name)
    after = await live(scene, "apps/v1", "Deployment", "web")
    assert (after["spec"]["replicas"], after["spec"]["minReadySeconds"]) == (3, 1)


async def test_a_field_that_leaves_the_manifest_leaves_the_object(scene: Scene) -> None:
    name = await scene.resource(write([config_map("box", colour="red", size="xl"), deployment(minReadySeconds=5)]))
    await scene.until_resource(name)
    await scene.resource(write([config_map("box", colour="red"), deployment()]), name=name)
    await scene.until_resource(name)
    assert (await live(scene, "v1", "ConfigMap", "box"))["data"] == {"colour": "red"}
    assert "minReadySeconds" not in (await live(scene, "apps/v1", "Deployment", "web"))["spec"]


async def test_a_key_that_leaves_a_secret_written_in_plain_text_leaves_the_object(scene: Scene) -> None:
    name = await scene.resource(write([secret("keys", old="one", new="two")]))
    await scene.until_resource(name)
    await scene.resource(write([secret("keys", new="two")]), name=name)
    await scene.until_resource(name)
    assert set((await live(scene, "v1", "Secret", "keys"))["data"]) == {"new"}


async def test_a_secret_written_in_plain_text_is_put_back_like_any_other(scene: Scene) -> None:
    secrets = await scene.kind("v1", "Secret")
    name = await scene.resource(write([secret("keys", word="open")]), destination={"reconcileOnEvents": True})
    await scene.until_resource(name)
    before = await live(scene, "v1", "Secret", "keys")
    await scene.patch(secrets, "keys", {"data": {"word": "c2h1dA=="}}, namespace=scene.namespace)
    await scene.until(secrets, "keys", lambda item: bool(item["data"] == before["data"]), namespace=scene.namespace)
