"""A Job that came to its end does not run again because an artifact, a sync or a VidraResource has another name."""

import asyncio

import pytest

from testkit.environment import RESOURCES, SYNCS, Scene
from testkit.once import Once, ended, job
from testkit.operating import Operating
from testkit.trigger import ask

REST = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n"
TTL = job(ttlSecondsAfterFinished=600)


async def over(scene: Scene, name: str) -> Once:
    """The Job of a VidraResource, when it has come to its end and was cleaned up."""
    once = Once(scene)
    await scene.until_resource(name)
    await once.end()
    await scene.until_resource(name, ended("Succeeded"))
    await once.gone()
    return once


@pytest.mark.parametrize("text", [job(), TTL], ids=["kept", "cleaned up"])
async def test_an_artifact_under_a_new_id(own_scene: Scene, text: str) -> None:
    scene = own_scene
    old = scene.infrahub.add_artifact("Jobs", text)
    name = await scene.sync("Jobs", interval="1h")
    await scene.until_sync(name)
    once = await over(scene, f"{name}-{old}")
    scene.infrahub.remove(old)
    new = scene.infrahub.add_artifact("Jobs", text)
    await ask(scene, name)
    await scene.until_resource(f"{name}-{new}", ended("Succeeded"))
    await scene.until_gone(RESOURCES, f"{name}-{old}")
    await scene.request(f"{name}-{new}", "again")
    assert await once.live() is None
    scene.infrahub.change(new, job("example.com/once:2"))
    await ask(scene, name)
    await scene.until_sync(name)
    assert await once.uid(), "another text runs"


async def test_a_job_that_moves_to_another_artifact(own_scene: Scene) -> None:
    scene = own_scene
    first = scene.infrahub.add_artifact("Jobs", job() + "---\n" + REST)
    second = scene.infrahub.add_artifact("Jobs", REST.replace("other", "second"))
    name = await scene.sync("Jobs", interval="1h")
    await scene.until_sync(name)
    once = await over(scene, f"{name}-{first}")
    scene.infrahub.change(first, REST)
    scene.infrahub.change(second, job())
    await ask(scene, name)
    await scene.until_resource(f"{name}-{second}", ended("Succeeded"))
    await scene.until_sync(name)
    assert await once.live() is None


async def test_a_sync_under_a_new_name(own_scene: Scene) -> None:
    scene = own_scene
    artifact = scene.infrahub.add_artifact("Jobs", job())
    old = await scene.sync("Jobs", interval="1h")
    await scene.until_sync(old)
    once = await over(scene, f"{old}-{artifact}")
    await scene.infrahub.stop()
    new = await scene.sync("Jobs", interval="1s")
    await scene.delete(SYNCS, old)
    await scene.infrahub.start()
    await asyncio.gather(scene.until_gone(SYNCS, old), scene.until_sync(new))
    await scene.until_resource(f"{new}-{artifact}", ended("Succeeded"))
    assert await once.live() is None


async def test_a_new_text_of_two_owners_runs_once(own_scene: Scene) -> None:
    scene = own_scene
    names = [await scene.resource(job()) for _ in range(2)]
    await asyncio.gather(*map(scene.until_resource, names))
    once = await over(scene, names[0])
    await scene.until_resource(names[1], ended("Succeeded"))
    for name in names:
        await scene.resource(job("example.com/once:2"), name=name)
        await scene.until_resource(name)
        if name == names[0]:
            assert await once.uid(), "it runs for the first"
            await over(scene, name)
    await scene.until_resource(names[1], ended("Succeeded"))
    assert await once.live() is None


async def test_an_end_that_nobody_wrote_down(own_scene: Scene, own_operator: Operating) -> None:
    """The old owner rests, and no operator was there: what asks to be cleaned up may have run."""
    scene = own_scene
    old = await scene.resource(TTL)
    await scene.until_resource(old)
    await scene.resource(TTL, name=old, suspend=True)
    await own_operator.stop()
    once = Once(scene)
    await once.end()
    await once.gone()
    new = await scene.resource(TTL)
    await own_operator.start()
    await scene.until_resource(new, ended("Unseen"))
    assert await once.live() is None


async def test_it_runs_again_when_nobody_is_left_who_remembers(own_scene: Scene) -> None:
    scene = own_scene
    old = await scene.resource(job())
    once = await over(scene, old)
    await scene.delete(RESOURCES, old)
    await scene.until_gone(RESOURCES, old)
    await scene.until_resource(await scene.resource(job()))
    assert await once.uid()
