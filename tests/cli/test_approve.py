"""`vidra approve` shows what is held back, asks, and lets that very set go."""

from testkit.command import Vidra
from testkit.environment import RESOURCES, SYNCS, Json, Scene, condition, has_reason
from testkit.objects import config_map
from testkit.trigger import ask
from vidra.kube.client import MERGE_PATCH
from vidra.manifests.write import write


def maps(prefix: str, number: int) -> list[Json]:
    return [config_map(f"{prefix}-{each:02}", colour="red") for each in range(number)]


async def test_a_vidraresource_lists_every_object_that_would_go(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write(maps("map", 20)))
    await scene.until_resource(name)
    await scene.resource(write(maps("map", 2)), name=name)
    await scene.until_resource(name, has_reason("PruneHeld"))
    refused = await vidra("approve", name, stdin="n\n")
    assert refused.code == 1
    assert refused.out.splitlines()[:18] == sorted(
        (f"ConfigMap {scene.namespace}/map-{each:02} (v1)" for each in range(2, 20)), reverse=True
    )
    assert has_reason("PruneHeld")(await scene.until_resource(name, has_reason("PruneHeld")))
    agreed = await vidra("approve", name, stdin="y\n")
    assert agreed.code == 0, agreed.err
    ready = await scene.until_resource(name)
    assert len(ready["status"]["managedResources"]) == 2


async def test_a_sync_lists_the_objects_of_the_artifacts_that_are_gone(vidra: Vidra, scene: Scene) -> None:
    ids = [scene.infrahub.add_artifact("Web", write(maps(f"map-{each}", 6))) for each in range(3)]
    sync = await scene.sync("Web", interval="1h")
    await scene.until_sync(sync)
    for artifact in ids[1:]:
        scene.infrahub.remove(artifact)
    assert condition(await ask(scene, sync))["reason"] == "PruneHeld"
    ended = await vidra("approve", sync, "--yes")
    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert f"ConfigMap {scene.namespace}/map-1-00 (v1), of {sync}-{ids[1]}" in lines
    assert len(lines) == 13
    for artifact in ids[1:]:
        await scene.until_gone(RESOURCES, f"{sync}-{artifact}")


async def test_what_an_older_operator_holds_is_not_taken_for_nothing(vidra: Vidra, scene: Scene) -> None:
    ids = [scene.infrahub.add_artifact("Web", write(maps(f"map-{each}", 6))) for each in range(3)]
    sync = await scene.sync("Web", interval="1h")
    await scene.until_sync(sync)
    for artifact in ids[1:]:
        scene.infrahub.remove(artifact)
    message = condition(await ask(scene, sync))["message"]
    path = SYNCS.path(name=sync, subresource="status")
    await scene.client.send("PATCH", path, body=b'{"status": {"heldPrune": null}}', content_type=MERGE_PATCH)
    ended = await vidra("approve", sync, "--yes")
    assert ended.code == 1
    assert ended.err.rstrip().endswith(message)
    await ask(scene, sync)
    ended = await vidra("approve", sync, "--yes")
    assert ended.code == 0, ended.err
    for artifact in ids[1:]:
        await scene.until_gone(RESOURCES, f"{sync}-{artifact}")


async def test_nothing_held_is_one_sentence(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write(maps("map", 1)))
    await scene.until_resource(name)
    ended = await vidra("approve", name)
    assert (ended.code, ended.out) == (0, f"{name}: nothing is waiting for approval\n")
