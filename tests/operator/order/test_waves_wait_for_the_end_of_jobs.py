"""What comes after a Job comes when the Job is complete, and never when it failed."""

from typing import Any

import pytest

from testkit.environment import Json, Scene, condition, has_reason
from testkit.objects import config_map
from vidra.kube.client import MERGE_PATCH, encode
from vidra.manifests.write import write

WAVE = "vidra.infrahub.operators.com/wave"
BEGUN = "2026-11-29T00:00:00Z"


def job(**spec: Any) -> Json:
    pod = {"restartPolicy": "Never", "containers": [{"name": "m", "image": "registry.example.com/m:1"}]}
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {"name": "migrate"},
        "spec": {"backoffLimit": 0, "template": {"spec": pod}, **spec},
    }


def later(name: str) -> Json:
    body = config_map(name)
    body["metadata"]["annotations"] = {WAVE: "1"}
    return body


async def running(scene: Scene) -> Json:
    """The Job's Pod, once the Job has started."""
    jobs = await scene.kind("batch/v1", "Job")
    await scene.until(
        jobs, "migrate", lambda item: item.get("status", {}).get("active") == 1, namespace=scene.namespace
    )
    pods: Json = await scene.client.get((await scene.kind("v1", "Pod")).path(scene.namespace), Json)
    (pod,) = pods["items"]
    return dict(pod)


async def end(scene: Scene, pod: Json, phase: str) -> None:
    """What a kubelet says of a Pod that ended."""
    pods = await scene.kind("v1", "Pod")
    path = pods.path(scene.namespace, pod["metadata"]["name"], "status")
    state = {"terminated": {"exitCode": 0 if phase == "Succeeded" else 1, "finishedAt": BEGUN, "startedAt": BEGUN}}
    container = {"name": "m", "image": "m", "imageID": "m", "ready": False, "restartCount": 0, "state": state}
    patch = {"status": {"phase": phase, "containerStatuses": [container]}}
    await scene.client.send("PATCH", path, body=encode(patch), content_type=MERGE_PATCH)


async def exists(scene: Scene, name: str) -> bool:
    return await scene.get(await scene.kind("v1", "ConfigMap"), name, namespace=scene.namespace) is not None


async def test_the_next_wave_comes_when_the_job_is_complete(scene: Scene) -> None:
    name = await scene.resource(write([job(), later("app")]))
    pod = await running(scene)
    waiting = await scene.until_resource(name, lambda item: "running: 0/1" in condition(item).get("message", ""))
    assert condition(waiting)["reason"] == "WaitingForHealth"
    assert "wave 1 waits: Job" in condition(waiting)["message"]
    await scene.request(name, "again")
    assert not await exists(scene, "app")
    await end(scene, pod, "Succeeded")
    await scene.until_resource(name)
    assert await exists(scene, "app")


async def test_nothing_comes_after_a_job_that_failed(scene: Scene) -> None:
    name = await scene.resource(write([job(), later("app")]))
    await end(scene, await running(scene), "Failed")
    failed = await scene.until_resource(name, lambda item: "Failed" in condition(item).get("message", ""))
    assert condition(failed)["status"] == "False"
    await scene.request(name, "again")
    assert not await exists(scene, "app")


async def test_wait_and_those_who_depend_on_it_wait_for_the_end(scene: Scene) -> None:
    name = await scene.resource(write([job()]), wait=True)
    there = {"apiVersion": "batch/v1", "kind": "Job", "name": "migrate", "namespace": scene.namespace}
    next_ = await scene.resource(write([config_map("next")]), dependsOn=[there])
    pod = await running(scene)
    await scene.until_resource(name, has_reason("WaitingForHealth"))
    await scene.until_resource(next_, has_reason("DependencyNotReady"))
    await end(scene, pod, "Succeeded")
    await scene.until_resource(name)
    await scene.until_resource(next_)


@pytest.mark.parametrize("kind", ["Job", "CronJob"])
async def test_what_is_suspended_holds_up_nothing(scene: Scene, kind: str) -> None:
    body = job(suspend=True)
    if kind == "CronJob":
        spec = {"suspend": True, "schedule": "0 0 * * *", "jobTemplate": {"spec": job()["spec"]}}
        body = {**body, "kind": kind, "spec": spec}
    name = await scene.resource(write([body, later("app")]), wait=True)
    await scene.until_resource(name)
