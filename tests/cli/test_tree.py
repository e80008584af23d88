"""`vidra tree` shows sync, VidraResources and objects, with their state and owners."""

import base64
from typing import Any

import msgspec
import pytest

from testkit.command import Vidra, vidra_with
from testkit.environment import Json, Scene, condition
from testkit.objects import config_map
from vidra.cli.commands.tree import tree_lines
from vidra.manifests.write import write
from vidra.views.tree import ObjectNode

RBAC = "rbac.authorization.k8s.io"


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


async def test_who_may_not_see_the_objects_is_told_so_and_not_that_they_are_missing(scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]))
    await scene.until_resource(name)
    ended = await vidra_with(None)("tree", name, "--kubeconfig", "/dev/stdin", stdin=await as_reader(scene))
    assert ended.code == 0, ended.err
    (line,) = [line for line in ended.out.splitlines() if "ConfigMap" in line]
    assert f"ConfigMap {scene.namespace}/one (v1)  unknown: " in line
    assert "forbidden" in line


async def as_reader(scene: Scene) -> str:
    """The kubeconfig of an account that may read what Vidra reads of its own cluster, and no object."""
    name, plane = f"reader-{scene.namespace}", scene.plane
    user = {"token": await scene.token_of("reader")}
    everywhere = (["namespaces", "infrahubsyncs", "vidrasyncs", "vidraresources"], {"name": name})
    in_own = (["secrets", "configmaps"], {"name": name, "namespace": "vidra-system"})
    for kind, (resources, metadata) in (("ClusterRole", everywhere), ("Role", in_own)):
        rules = [{"apiGroups": ["*"], "resources": resources, "verbs": ["get", "list"]}]
        await scene.apply({"apiVersion": f"{RBAC}/v1", "kind": kind, "metadata": metadata, "rules": rules})
        binding = {
            "apiVersion": f"{RBAC}/v1",
            "kind": f"{kind}Binding",
            "metadata": metadata,
            "subjects": [{"kind": "ServiceAccount", "name": "reader", "namespace": scene.namespace}],
            "roleRef": {"apiGroup": RBAC, "kind": kind, "name": name},
        }
        await scene.apply(binding)
    cluster = {"server": plane.server, "certificate-authority-data": base64.b64encode(plane.ca).decode()}
    kubeconfig = {
        "clusters": [{"name": "it", "cluster": cluster}],
        "users": [{"name": "me", "user": user}],
        "contexts": [{"name": "it", "context": {"cluster": "it", "user": "me"}}],
        "current-context": "it",
    }
    return msgspec.json.encode(kubeconfig).decode()


@pytest.mark.parametrize("field", ["ref", "server", "message", "owners"])
def test_nothing_that_a_status_holds_steers_a_terminal(field: str) -> None:
    hostile = "\x1b]0;owned\x07\x9b31m\u202e\nsecond line"
    usual: dict[str, Any] = {"kind": "ConfigMap", "name": "a", "ref": "a", "state": "problem", "children": ()}
    node = ObjectNode(**usual | {field: (hostile,) if field == "owners" else hostile})
    (line,) = tree_lines(node, wide=True)
    assert line.isprintable()
    assert "owned" in line
