"""`vidra events` shows what Vidra reported."""

import msgspec

from testkit.command import Vidra
from testkit.environment import SYNCS, Json, Scene, has_reason
from testkit.objects import config_map
from vidra.api.names import REQUESTED_AT
from vidra.manifests.write import write


async def test_a_sync_shows_its_own_and_those_of_its_vidraresources(vidra: Vidra, scene: Scene) -> None:
    artifact = scene.infrahub.add_artifact("Web", write([config_map("one")]))
    sync = await scene.sync("Web", pruneLimit=100)
    await scene.until_sync(sync)
    (resource,) = [item["metadata"]["name"] for item in await scene.resources_of(sync)]
    await scene.until_event(sync, "Synced")
    scene.infrahub.change(artifact, write([config_map("two")]))
    await scene.patch(SYNCS, sync, {"metadata": {"annotations": {REQUESTED_AT: "now"}}})
    await scene.until_event(resource, "Applied")
    ended = await vidra("events", sync)
    assert ended.code == 0
    assert ended.out.splitlines()[0].split() == ["AGO", "TYPE", "REASON", "OBJECT", "MESSAGE"]
    wide = (await vidra("events", sync, "-o", "wide")).out.splitlines()[0].split()
    assert wide == ["AGO", "TYPE", "REASON", "OBJECT", "NAMESPACE", "TRACE", "MESSAGE"]
    assert f"InfrahubSync/{sync}" in ended.out
    assert f"VidraResource/{resource}" in ended.out


async def test_warnings_can_be_had_alone(vidra: Vidra, scene: Scene) -> None:
    await scene.apply(config_map("somebodys", scene.namespace))
    name = await scene.resource(write([config_map("somebodys", colour="red"), config_map("mine")]))
    await scene.until_resource(name, has_reason("NotOwned"))
    await scene.until_event(name, "NotOwned")
    listing: Json = msgspec.json.decode((await vidra("events", name, "--warnings", "-o", "json")).out)
    assert {item["type"] for item in listing["items"]} == {"Warning"}


async def test_a_name_of_nothing_is_an_error(vidra: Vidra) -> None:
    ended = await vidra("events", "nosuch")
    assert (ended.code, ended.out) == (1, "")
    assert ended.err == "error: there is no InfrahubSync, VidraSync or VidraResource 'nosuch' (vidra get lists them)\n"
