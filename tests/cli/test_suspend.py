"""`vidra suspend` takes Vidra's hands off, `vidra resume` puts them on again."""

from testkit.command import Vidra
from testkit.environment import Scene, has_reason
from testkit.objects import config_map
from vidra.manifests.write import write


async def test_a_sync_stops_and_goes_on(vidra: Vidra, scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([config_map("one")]))
    sync = await scene.sync("Web")
    await scene.until_sync(sync)
    assert (await vidra("suspend", sync)).out == f"InfrahubSync {sync}: suspended\n"
    await scene.until_sync(sync, has_reason("Suspended"))
    assert (await vidra("suspend", sync)).out == f"InfrahubSync {sync}: is suspended already\n"
    assert (await vidra("resume", sync)).out == f"InfrahubSync {sync}: resumed\n"
    await scene.until_sync(sync)


async def test_a_vidraresource_too(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]))
    await scene.until_resource(name)
    assert (await vidra("suspend", name)).code == 0
    await scene.until_resource(name, has_reason("Suspended"))
    assert (await vidra("resume", name)).code == 0
    await scene.until_resource(name)


async def test_a_name_that_is_not_there_stops_before_anything_is_written(vidra: Vidra, scene: Scene) -> None:
    name = await scene.resource(write([config_map("one")]))
    assert (await vidra("suspend", name, "nosuch")).code == 1
    ready = await scene.until_resource(name)
    assert not ready["spec"].get("suspend")


async def test_everything_has_to_be_asked_for(vidra: Vidra) -> None:
    assert (await vidra("suspend")).code == 2
    assert (await vidra("suspend", "one", "--all")).code == 2
