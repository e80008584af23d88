"""With a node, Deployments become what they become in any cluster; what Vidra makes of that builds on it."""

import pytest

from testkit.environment import Check, Json, Scene, condition, has_reason
from testkit.parts.kwok import ABSENT, FAILS
from testkit.parts.workloads import daemon_set, deployment, job, stateful_set
from vidra.manifests.write import write

pytestmark = pytest.mark.usefixtures("kwok")


def available(replicas: int) -> Check:
    def check(item: Json) -> bool:
        status, seen = item.get("status", {}), item.get("status", {}).get("observedGeneration", 0)
        return bool(status.get("updatedReplicas") == status.get("availableReplicas") == replicas) and (
            seen >= item["metadata"]["generation"]
        )

    return check


def stuck(item: Json) -> bool:
    return condition(item, "Progressing").get("reason") == "ProgressDeadlineExceeded"


async def test_the_pods_of_a_delivered_deployment_become_ready(scene: Scene) -> None:
    scene.infrahub.add_artifact("Web", write([deployment("web", replicas=3)]))
    await scene.until_sync(await scene.sync("Web"))
    found = await scene.until(await scene.kind("apps/v1", "Deployment"), "web", available(3), namespace=scene.namespace)
    assert condition(found, "Available")["status"] == "True"


async def test_an_image_that_cannot_be_pulled_fails_the_deployment_until_the_artifact_names_another(
    scene: Scene,
) -> None:
    deployments = await scene.kind("apps/v1", "Deployment")
    artifact = scene.infrahub.add_artifact("Web", write([deployment("web", image=ABSENT)]))
    sync = await scene.sync("Web", interval="1s")
    await scene.until(deployments, "web", stuck, namespace=scene.namespace)
    assert await waiting(scene) == {"ImagePullBackOff"}
    scene.infrahub.change(artifact, write([deployment("web")]))
    found = await scene.until(deployments, "web", available(2), namespace=scene.namespace)
    assert condition(found, "Progressing")["status"] == "True"
    await scene.until_sync(sync)


async def test_a_deployment_that_ran_goes_on_when_its_next_image_cannot_be_pulled(scene: Scene) -> None:
    deployments = await scene.kind("apps/v1", "Deployment")
    artifact = scene.infrahub.add_artifact("Web", write([deployment("web")]))
    await scene.sync("Web", interval="1s")
    await scene.until(deployments, "web", available(2), namespace=scene.namespace)
    scene.infrahub.change(artifact, write([deployment("web", image=ABSENT)]))
    found = await scene.until(deployments, "web", stuck, namespace=scene.namespace)
    assert found["status"]["availableReplicas"] == 2
    scene.infrahub.change(artifact, write([deployment("web", image="registry.example.com/web:2")]))
    await scene.until(deployments, "web", available(2), namespace=scene.namespace)
    assert await waiting(scene) == set()


COMES_TO: dict[str, tuple[Json, Check]] = {
    "a StatefulSet": (stateful_set("db"), lambda item: bool(item["status"].get("availableReplicas") == 2)),
    "a DaemonSet": (daemon_set("agent"), lambda item: bool(item["status"].get("numberAvailable") == 1)),
    "a Job": (job("once"), lambda item: condition(item, "Complete").get("status") == "True"),
    "a failing Job": (job("bad", labels=FAILS), lambda item: condition(item, "Failed").get("status") == "True"),
}


@pytest.mark.parametrize(("workload", "there"), COMES_TO.values(), ids=COMES_TO)
async def test_other_workloads_come_to_where_they_should(scene: Scene, workload: Json, there: Check) -> None:
    await scene.until_resource(await scene.resource(write([workload])))
    kind = await scene.kind(workload["apiVersion"], workload["kind"])
    await scene.until(kind, workload["metadata"]["name"], there, namespace=scene.namespace)


async def waiting(scene: Scene) -> set[str]:
    """Why containers of the scene do not run."""
    listing: Json = await scene.client.get((await scene.kind("v1", "Pod")).path(scene.namespace), Json)
    states = [state["state"] for pod in listing["items"] for state in pod["status"].get("containerStatuses", [])]
    return {state["waiting"]["reason"] for state in states if "waiting" in state}


async def test_with_wait_ready_means_that_the_pods_run(scene: Scene) -> None:
    name = await scene.resource(write([deployment("web")]), wait=True)
    resource = await scene.until_resource(name)
    assert resource["status"]["health"] == "Current"
    found = await scene.get(await scene.kind("apps/v1", "Deployment"), "web", namespace=scene.namespace)
    assert found is not None
    assert available(2)(found)
    await scene.resource(write([deployment("web", image=ABSENT)]), name=name, wait=True)
    resource = await scene.until_resource(name, has_reason("Unhealthy"))
    assert resource["status"]["health"] == "Failed"
    assert f"Deployment {scene.namespace}/web" in condition(resource)["message"]
    await scene.resource(write([deployment("web")]), name=name, wait=True)
    await scene.until_resource(name)


async def test_a_wave_comes_when_the_pods_of_the_one_before_run(scene: Scene) -> None:
    later = deployment("later")
    later["metadata"]["annotations"] = {"vidra.infrahub.operators.com/wave": "1"}
    name = await scene.resource(write([later, deployment("first", image=ABSENT)]), wait=True)
    resource = await scene.until_resource(name, lambda item: "wave 1 waits" in condition(item).get("message", ""))
    assert "first" in condition(resource)["message"]
    deployments = await scene.kind("apps/v1", "Deployment")
    assert await scene.get(deployments, "later", namespace=scene.namespace) is None
    await scene.resource(write([later, deployment("first")]), name=name, wait=True)
    await scene.until_resource(name)
    assert await scene.get(deployments, "later", namespace=scene.namespace) is not None
