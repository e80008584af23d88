"""A Job that the cluster cleans up after its end is not run again, but one that somebody deletes is."""

from typing import Any

import pytest

from vidra.kube.client import encode
from vidra.manifests.write import write
from vidra.testing.eventually import eventually
from vidra.testing.objects import config_map
from vidra.testing.operating import Operating
from vidra.testing.scene import RESOURCES, Json, Scene, condition, has_reason, is_ready

NOW = "2026-01-01T00:00:00Z"


def job(image: str = "example.com/once:1", **spec: Any) -> str:
    """A Job without Pods: it is the test that says how it goes."""
    template = {"spec": {"restartPolicy": "Never", "containers": [{"name": "once", "image": image}]}}
    body = {"parallelism": 0, "backoffLimit": 0, **spec, "template": template}
    return write(
        [
            {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "once"}, "spec": body},
            config_map("rest", a="b"),
        ]
    )


class Once:
    """The Job of a scene."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene

    async def live(self) -> Json | None:
        return await self.scene.get(await self.scene.kind("batch/v1", "Job"), "once", namespace=self.scene.namespace)

    async def uid(self) -> str:
        found = await self.live()
        return str(found["metadata"]["uid"]) if found else ""

    async def end(self, *, well: bool = True) -> None:
        """It comes to its end."""
        kind = await self.scene.kind("batch/v1", "Job")
        before, last = ("SuccessCriteriaMet", "Complete") if well else ("FailureTarget", "Failed")
        conditions = [
            {"type": name, "status": "True", "lastTransitionTime": NOW, "lastProbeTime": NOW, "reason": "Test"}
            for name in (before, last)
        ]
        status: Json = {"startTime": NOW, "conditions": conditions}
        if well:
            status["completionTime"] = NOW
        await self.scene.client.send(
            "PATCH",
            kind.path(self.scene.namespace, "once", "status"),
            body=encode({"status": status}),
            content_type="application/merge-patch+json",
        )

    async def gone(self) -> None:
        """The cluster cleans it up."""
        kind = await self.scene.kind("batch/v1", "Job")
        path, query = kind.path(self.scene.namespace, "once"), {"propagationPolicy": "Background"}
        await self.scene.client.send("DELETE", path, query=query)
        await self.scene.until_gone(kind, "once", namespace=self.scene.namespace)


def ended(how: str) -> Any:
    def check(item: Json) -> bool:
        entries = {entry["name"]: entry for entry in item["status"].get("managedResources", [])}
        return bool(entries.get("once", {}).get("ended") == how and is_ready(item))

    return check


async def passes(scene: Scene, name: str) -> None:
    """Two passes that were asked for."""
    for number in range(2):
        await scene.request(name, f"pass-{number}")


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
