"""A Job that the cluster cleans up after its end is not run again, but one that somebody deletes is."""

import pytest

from testkit.environment import RESOURCES, Json, Scene, condition, has_reason
from testkit.eventually import eventually
from testkit.once import Once, ended, job
from testkit.operating import Operating


async def passes(scene: Scene, name: str) -> None:
    """Two passes that were asked for."""
    for number in range(2):
        await scene.request(name, f"pass-{number}")


@pytest.mark.faces(1)
@pytest.mark.parametrize("events", [True, False])
async def test_a_job_that_completed_runs_once_per_text(own_scene: Scene, events: bool) -> None:
    once, scene = Once(own_scene), own_scene
    where = {"reconcileOnEvents": events}
    name = await scene.resource(job(ttlSecondsAfterFinished=600), destination=where, wait=True, interval="1s")
    await scene.until_resource(name, has_reason("WaitingForHealth"))
    await once.end()
    await scene.until_resource(name, ended("Succeeded"))
    await once.gone()
    await passes(scene, name)
    found = await scene.until_resource(name, ended("Succeeded"))
    assert found["status"]["health"] == "Current"
    assert await once.live() is None
    reasons = {event["reason"] for event in await scene.events_about(name)}
    assert not reasons & {"DriftReverted", "DriftFight"}
    await scene.resource(job("example.com/once:2"), name=name, destination=where, wait=True, interval="1s")
    await scene.until_resource(name, has_reason("WaitingForHealth"))
    assert await once.uid()


async def test_its_end_and_its_removal_may_come_together(own_scene: Scene) -> None:
    once, scene = Once(own_scene), own_scene
    name = await scene.resource(job(ttlSecondsAfterFinished=0), destination={"reconcileOnEvents": True})
    await scene.until_resource(name)
    await once.end()
    await once.gone()
    await scene.until_resource(name, ended("Succeeded"))
    await passes(scene, name)
    assert await once.live() is None


async def test_what_ended_while_no_operator_was_there_is_not_repeated(
    own_scene: Scene, own_operator: Operating
) -> None:
    once, scene = Once(own_scene), own_scene
    name = await scene.resource(job(ttlSecondsAfterFinished=0), interval="1s")
    await scene.until_resource(name)
    await own_operator.stop()
    await once.end()
    await once.gone()
    await own_operator.start()
    found = await scene.until_resource(name, ended("Unseen"))
    assert found["status"]["health"] == "Unknown"
    await passes(scene, name)
    assert await once.live() is None


async def test_an_end_is_remembered_over_a_restart(own_scene: Scene, own_operator: Operating) -> None:
    once, scene = Once(own_scene), own_scene
    name = await scene.resource(job(), interval="1s")
    await scene.until_resource(name)
    await once.end()
    await scene.until_resource(name, ended("Succeeded"))
    await own_operator.stop()
    await once.gone()
    await own_operator.start()
    await passes(scene, name)
    assert await once.live() is None


@pytest.mark.parametrize("ttl", [{}, {"ttlSecondsAfterFinished": 600}])
async def test_a_job_that_is_deleted_while_it_runs_comes_back(own_scene: Scene, ttl: Json) -> None:
    once, scene = Once(own_scene), own_scene
    name = await scene.resource(job(**ttl), destination={"reconcileOnEvents": True})
    await scene.until_resource(name)
    before = await once.uid()
    await once.gone()

    async def back() -> bool:
        return await once.uid() not in {"", before}

    await eventually(back)


async def test_a_job_that_failed_is_not_repeated_and_not_called_healthy(own_scene: Scene) -> None:
    once, scene = Once(own_scene), own_scene
    name = await scene.resource(job(ttlSecondsAfterFinished=600), wait=True, interval="1s")
    await scene.until_resource(name, has_reason("WaitingForHealth"))
    await once.end(well=False)
    await scene.until_resource(name, has_reason("Unhealthy"))
    await once.gone()
    await passes(scene, name)
    found = await scene.until_resource(name, has_reason("Unhealthy"))
    assert "failed" in condition(found)["message"]
    assert await once.live() is None
    await scene.delete(RESOURCES, name)
    await scene.until_gone(RESOURCES, name)
