"""Who writes artifacts loosens no Namespace that was there before, and does not describe the system's own."""

import pytest

from testkit.environment import NAMESPACES, OWN, RESOURCES, Json, Scene, condition, has_reason
from testkit.objects import config_map
from testkit.somebody import EDITOR, somebody
from vidra.manifests.write import write

ENFORCE = "pod-security.kubernetes.io/enforce"


def described(name: str, **labels: str) -> Json:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


async def labels_of(scene: Scene, name: str) -> Json:
    found = await scene.get(NAMESPACES, name)
    assert found is not None
    return dict(found["metadata"]["labels"])


@pytest.mark.parametrize("system", [False, True], ids=["a team's", "kube-system"])
async def test_what_was_there_before_keeps_its_labels(scene: Scene, system: bool) -> None:
    name, label = ("kube-system", "pwn") if system else (scene.namespace, ENFORCE)
    if not system:
        await scene.patch(NAMESPACES, name, {"metadata": {"labels": {ENFORCE: "restricted"}}})
    before = await labels_of(scene, name)
    async with somebody(scene, everywhere=EDITOR) as editor:
        resource = await editor.resource(write([described(name, **{label: "privileged"}), config_map("other")]))
    told = condition(await scene.until_resource(resource, has_reason("Protected")))["message"]
    assert f"label {label}" in told
    assert "labelNamespaces" in told
    assert await labels_of(scene, name) == before


async def test_a_namespace_that_was_joined_is_not_loosened_later(scene: Scene) -> None:
    plain = await scene.resource(write([described(scene.namespace, team="a")]))
    await scene.until_resource(plain)
    await scene.resource(write([described(scene.namespace, team="a", **{ENFORCE: "privileged"})]), name=plain)
    await scene.until_resource(plain, has_reason("Protected"))
    assert ENFORCE not in await labels_of(scene, scene.namespace)


async def test_one_that_vidra_made_takes_any_label_and_joining_without_is_no_trouble(scene: Scene) -> None:
    made = f"made-{scene.namespace}"[:60].rstrip("-")
    name = await scene.resource(write([described(made, **{ENFORCE: "baseline"}), described("default")]))
    await scene.until_resource(name)
    assert (await labels_of(scene, made))[ENFORCE] == "baseline"
    await scene.resource(write([described(made, **{ENFORCE: "privileged"}), described("default")]), name=name)
    await scene.until_resource(name)
    assert (await labels_of(scene, made))[ENFORCE] == "privileged"
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)


async def test_what_is_listed_by_name_may_be_labelled(own_scene: Scene) -> None:
    name = await own_scene.resource(write([described(own_scene.namespace, **{ENFORCE: "baseline"})]))
    await own_scene.until_resource(name, has_reason("Protected"))
    settings = {"name": "vidra-config", "namespace": OWN, "labels": {"app": "vidra"}}
    data = {"labelNamespaces": f"another, {own_scene.namespace}"}
    await own_scene.apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": settings, "data": data})
    await own_scene.until_resource(name)
    assert (await labels_of(own_scene, own_scene.namespace))[ENFORCE] == "baseline"
    await own_scene.delete(await own_scene.kind("v1", "ConfigMap"), "vidra-config", namespace=OWN)
