"""`vidra reconcile` lets Vidra look at once, and waits if that is wanted."""

import re

from testkit.command import Vidra
from testkit.environment import Scene, is_ready
from testkit.infrahub.faults import Slow
from testkit.objects import config_map
from vidra.manifests.write import write


async def test_a_sync_asks_infrahub_at_once(vidra: Vidra, scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Web", write([config_map("one", colour="red")]))
    sync = await scene.sync("Web", interval="1h")
    await scene.until_sync(sync)
    scene.infrahub.change(artifact, write([config_map("one", colour="blue")]))
    ended = await vidra("reconcile", sync, "--wait")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out == f"InfrahubSync {sync}: Synced: 1 artifact with 1 object applied\n"
    live = await scene.get(await scene.kind("v1", "ConfigMap"), "one", namespace=scene.namespace)
    assert live is not None
    assert live["data"] == {"colour": "blue"}


async def test_without_waiting_it_returns_when_the_request_is_written(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]))
    await scene.until_resource(name)
    ended = await vidra("reconcile", f"vres/{name}")
    assert (ended.code, ended.out) == (0, f"VidraResource {name}: requested\n")
    await scene.until_resource(name, lambda item: bool(item["status"].get("lastHandledRequestedAt")) and is_ready(item))


async def test_one_that_does_not_get_ready_fails_with_the_reason(vidra: Vidra, scene: Scene) -> None:
    await scene.apply(config_map("somebodys", scene.namespace))
    name = await scene.resource(write([config_map("somebodys", colour="red")]))
    ended = await vidra("reconcile", name, "--wait")
    assert ended.code == 1
    assert ended.out.startswith(f"VidraResource {name}: NotOwned: ")


async def test_the_time_out_has_a_code_of_its_own_and_names_who_should_have_done_it(vidra: Vidra, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one")]))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    scene.infrahub.faults.add(Slow(60))
    ended = await vidra("reconcile", sync, "--wait", "--timeout", "500ms")
    scene.infrahub.faults.clear()
    assert ended.code == 4
    by = r"\(\S+ holds vidra-operator-alone since \S+Z, version \S+\)"
    assert re.fullmatch(f"error: InfrahubSync {sync}: not ready after 0.5 s {by}; see vidra events {sync}\n", ended.err)


async def test_one_that_is_suspended_says_how_to_go_on(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]), suspend=True)
    ended = await vidra("reconcile", name)
    assert (ended.code, ended.err) == (1, f"error: VidraResource {name} is suspended: vidra resume {name}\n")


async def test_a_time_out_that_is_none_is_wrong_usage(vidra: Vidra) -> None:
    assert (await vidra("reconcile", "any", "--wait", "--timeout", "soon")).code == 2
