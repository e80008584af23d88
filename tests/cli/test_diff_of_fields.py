"""`vidra diff` says of single fields what a pass would do: of their order, of those that leave, and of rules."""

from typing import Any

import pytest

from testkit.command import Vidra
from testkit.environment import Json, Scene
from testkit.objects import config_map, service
from vidra.kube.client import encode
from vidra.manifests.write import write


def deployment(**spec: Any) -> Json:
    tools = [{"name": "prepare", "image": "tool:1"}, {"name": "migrate", "image": "tool:1"}]
    pod = {"initContainers": tools, "containers": [{"name": "web", "image": "web:1"}]}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "it"},
        "spec": {
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": pod},
            **spec,
        },
    }


@pytest.mark.parametrize("body", [deployment(), service()], ids=["Deployment", "Service"])
async def test_items_in_another_order_would_be_put_back(vidra: Vidra, scene: Scene, body: Json) -> None:
    name = await scene.resource(write([body]))
    await scene.until_resource(name)
    same = await vidra("diff", name)
    assert (same.code, same.out) == (0, ""), same.err
    kind = await scene.kind(body["apiVersion"], body["kind"])
    live = await scene.get(kind, "it", namespace=scene.namespace)
    assert live is not None
    (live["spec"].get("ports") or live["spec"]["template"]["spec"]["initContainers"]).reverse()
    del live["metadata"]["resourceVersion"]
    await scene.client.send("PUT", kind.path(scene.namespace, "it"), body=encode(live))
    ended = await vidra("diff", name)
    assert ended.code == 3, ended.err
    assert ended.err == "1 object would change\n"


async def test_replicas_that_leave_the_text_would_stay(vidra: Vidra, scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Web", write([deployment(replicas=5)]))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    scene.infrahub.create_branch("next")
    scene.infrahub.change(artifact, write([deployment()]), branch="next")
    ended = await vidra("diff", sync, "--branch", "next")
    assert (ended.code, ended.out) == (0, ""), ended.err


async def test_of_a_syncs_rules_only_what_leads_nowhere_in_all_its_artifacts_is_noted(
    vidra: Vidra, scene: Scene
) -> None:
    for colour in ("red", "blue"):
        scene.infrahub.add_artifact("Web", write([config_map(colour, colour=colour)]))
    rules = [
        {"target": {"kind": "ConfigMap", "name": name}, "jsonPointers": ["/data/colour"]} for name in ("red", "no")
    ]
    sync = await scene.sync("Web", ignoreDifferences=rules)
    await scene.until_sync(sync)
    ended = await vidra("diff", sync)
    notes = [line for line in ended.err.splitlines() if "ignoreDifferences" in line]
    assert ended.code == 0
    assert len(notes) == 1
    assert "name no)" in notes[0]
