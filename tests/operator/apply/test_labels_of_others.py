"""Labels without a prefix are the users' own: Vidra writes none, changes none and takes none off."""

from typing import Any

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition
from testkit.objects import config_map, namespace
from vidra.api.names import FORMER_LABEL, MANAGED_LABEL
from vidra.manifests.write import write

TEAM = {FORMER_LABEL: "platform-team"}
BOTH = {**TEAM, MANAGED_LABEL: "true"}
AT_ONCE = {"reconcileOnEvents": True}


def labelled(body: Json, labels: Json | None = None) -> Json:
    body["metadata"]["labels"] = dict(TEAM if labels is None else labels)
    return body


def service() -> Json:
    spec = {"selector": TEAM, "ports": [{"port": 80}]}
    return labelled({"apiVersion": "v1", "kind": "Service", "metadata": {"name": "worker"}, "spec": spec})


async def labels(scene: Scene, kind: str, name: str, place: str = "") -> Any:
    found = await scene.get(await scene.kind("v1", kind), name, namespace=place)
    assert found is not None
    return found["metadata"].get("labels", {})


async def test_the_manifests_own_label_is_kept_and_drift_is_noticed(scene: Scene) -> None:
    place, made = scene.namespace, f"{scene.namespace}-made"
    configs = await scene.kind("v1", "ConfigMap")
    objects = [labelled(namespace(made)), service(), labelled(config_map("box", colour="red"))]
    name = await scene.resource(write(objects), destination=AT_ONCE)
    await scene.until_resource(name)
    assert await labels(scene, "Service", "worker", place) == BOTH
    assert await labels(scene, "ConfigMap", "box", place) == BOTH
    assert (await labels(scene, "Namespace", made)).items() >= BOTH.items()
    await scene.patch(
        configs, "box", {"data": {"colour": "blue"}, "metadata": {"labels": {FORMER_LABEL: "me"}}}, namespace=place
    )
    await scene.until(
        configs,
        "box",
        lambda item: item["data"] == {"colour": "red"} and item["metadata"]["labels"] == BOTH,
        namespace=place,
    )


@pytest.mark.parametrize("value", ["platform-team", "vidra"])
async def test_an_orphan_keeps_what_the_manifest_said(scene: Scene, value: str) -> None:
    own = {FORMER_LABEL: value}
    name = await scene.resource(write([labelled(config_map("box"), own)]), deletionPolicy="Orphan")
    await scene.until_resource(name)
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert await labels(scene, "ConfigMap", "box", scene.namespace) == own


@pytest.mark.parametrize("policy", ["Delete", "Orphan"])
async def test_a_namespace_that_somebody_else_manages_is_joined_and_left(scene: Scene, policy: str) -> None:
    there = f"{scene.namespace}-there"
    before = await scene.apply(labelled(namespace(there)), manager="platform")
    where = {"namespace": there, "createNamespace": True}
    name = await scene.resource(write([config_map("inside")]), destination=where, deletionPolicy=policy)
    await scene.until_resource(name)
    assert (await labels(scene, "Namespace", there)).items() >= BOTH.items()
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
    assert await labels(scene, "Namespace", there) == before["metadata"]["labels"]


async def test_adoption_leaves_the_label_of_another_tool(scene: Scene) -> None:
    box = labelled(config_map("box", scene.namespace, colour="blue"), {FORMER_LABEL: "other-tool"})
    await scene.apply(box, manager="other-tool")
    name = await scene.resource(write([config_map("box", colour="red")]), adoption="Always")
    await scene.until_resource(name)
    assert (await labels(scene, "ConfigMap", "box", scene.namespace))[FORMER_LABEL] == "other-tool"


async def test_a_label_that_another_tool_adds_is_no_drift(scene: Scene) -> None:
    configs = await scene.kind("v1", "ConfigMap")
    name = await scene.resource(write([config_map("box", colour="red")]), destination=AT_ONCE)
    await scene.until_resource(name)
    await scene.patch(configs, "box", {"metadata": {"labels": {FORMER_LABEL: "other-tool"}}}, namespace=scene.namespace)
    await scene.request(name, "again")
    assert (await labels(scene, "ConfigMap", "box", scene.namespace))[FORMER_LABEL] == "other-tool"
    assert condition(await scene.until_resource(name))["reason"] == "Applied"
