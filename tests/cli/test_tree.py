"""`vidra tree` shows sync, VidraResources and objects, with their state and owners."""

import msgspec

from testkit.command import Vidra
from testkit.environment import Json, Scene, condition
from testkit.objects import config_map
from vidra.manifests.write import write


async def test_it_shows_what_comes_from_what(vidra: Vidra, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one"), config_map("two")]))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    (resource,) = [item["metadata"]["name"] for item in await scene.resources_of(sync)]
    ended = await vidra("tree", sync)
    assert ended.code == 0, ended.err
    assert [line.partition("  ")[0] for line in ended.out.splitlines()] == [
        f"InfrahubSync {sync}",
        f"└─ VidraResource {resource}",
        "",
        "",
    ]
    assert f"   ├─ ConfigMap {scene.namespace}/one (v1)  ok" in ended.out
    assert f"   └─ ConfigMap {scene.namespace}/two (v1)  ok" in ended.out


async def test_owners_that_share_an_object_are_named(vidra: Vidra, scene: Scene) -> None:
    first = await scene.resource(write([config_map("shared", colour="red")]))
    second = await scene.resource(write([config_map("shared", colour="red")]))
    await scene.until_resource(first)
    await scene.until_resource(second)
    assert f"[also of {second}]" in (await vidra("tree", first)).out


async def test_an_object_that_is_gone_is_missing(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]), suspend=False)
    await scene.until_resource(name)
    await scene.resource(write([config_map("one")]), name=name, suspend=True)
    await scene.until_resource(name, lambda item: bool(condition(item).get("reason") == "Suspended"))
    configs = await scene.kind("v1", "ConfigMap")
    await scene.delete(configs, "one", namespace=scene.namespace)
    await scene.until_gone(configs, "one", namespace=scene.namespace)
    assert f"ConfigMap {scene.namespace}/one (v1)  missing" in (await vidra("tree", name)).out


async def test_an_object_that_could_not_be_applied_is_there_with_the_reason(vidra: Vidra, scene: Scene) -> None:
    await scene.apply(config_map("somebodys", scene.namespace))
    name = await scene.resource(write([config_map("somebodys", colour="red")]))
    await scene.until_resource(name, lambda item: bool(condition(item).get("reason") == "NotOwned"))
    out = (await vidra("tree", name)).out
    assert "somebodys" in out
    assert "problem: " in out


async def test_machines_get_the_same_tree(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]))
    await scene.until_resource(name)
    (node,) = msgspec.json.decode((await vidra("tree", name, "-o", "json")).out, type=list[Json])
    assert (node["kind"], node["name"], node["state"]) == ("VidraResource", name, "True")
    assert [(child["kind"], child["name"], child["state"]) for child in node["children"]] == [
        ("ConfigMap", "one", "ok")
    ]
    assert (await vidra("tree", name, "-o", "name")).out.splitlines() == [f"vidraresource/{name}", "configmap/one"]
