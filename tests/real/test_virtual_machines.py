"""Virtual machines are delivered like everything else: KubeVirt's own kinds take what the artifact says."""

from typing import Any

import pytest

from testkit.environment import SYNCS, Json, Scene, condition, has_reason
from testkit.parts.kubevirt import MACHINES, report, virtual_machine
from vidra.manifests.write import write

pytestmark = pytest.mark.usefixtures("machines")

AT_ONCE = {"reconcileOnEvents": True}


class Delivered:
    """One machine, from an artifact in Infrahub to the cluster."""

    def __init__(self, scene: Scene, artifact: str, sync: str) -> None:
        self.scene, self.artifact, self.sync = scene, artifact, sync

    @classmethod
    async def start(cls, scene: Scene, *others: Json) -> "Delivered":
        artifact = scene.infrahub.add_artifact("Machines", write([virtual_machine("router"), *others]))
        sync = await scene.sync("Machines", destination=AT_ONCE, interval="1s")
        await scene.until_sync(sync)
        return cls(scene, artifact, sync)

    def change(self, **how: Any) -> None:
        """Generate the artifact anew."""
        self.scene.infrahub.change(self.artifact, write([virtual_machine("router", **how)]))

    async def has(self, **how: Any) -> Json:
        """Wait until the machine is what a machine made like this is."""
        wanted = virtual_machine("router", **how)["spec"]
        return await self.scene.until(
            MACHINES, "router", lambda item: bool(item["spec"] == wanted), namespace=self.scene.namespace
        )

    async def edit(self, spec: Json) -> None:
        """What a person does by hand."""
        await self.scene.patch(MACHINES, "router", {"spec": spec}, namespace=self.scene.namespace)


@pytest.mark.parametrize(
    "change",
    [{"cores": 4}, {"image": "fedora:42"}, {"run_strategy": "Halted"}],
    ids=["cores", "image", "run strategy"],
)
async def test_a_machine_follows_its_artifact(scene: Scene, change: dict[str, Any]) -> None:
    delivered = await Delivered.start(scene)
    before = await delivered.has()
    delivered.change(**change)
    after = await delivered.has(**change)
    assert after["metadata"]["uid"] == before["metadata"]["uid"]


@pytest.mark.parametrize(
    "edit",
    [
        {"runStrategy": "Halted"},
        {"template": {"spec": {"domain": {"cpu": {"cores": 64}}}}},
        {"template": {"spec": {"domain": {"devices": {"disks": []}}}}},
    ],
    ids=["run strategy", "cores", "disks"],
)
async def test_what_a_person_does_to_a_machine_is_undone(scene: Scene, edit: Json) -> None:
    delivered = await Delivered.start(scene)
    before = await delivered.has()
    await delivered.edit(edit)
    assert (await delivered.has())["metadata"]["uid"] == before["metadata"]["uid"]


async def test_a_deleted_machine_is_made_anew(scene: Scene) -> None:
    delivered = await Delivered.start(scene)
    before = await delivered.has()
    await scene.delete(MACHINES, "router", namespace=scene.namespace)
    await scene.until(
        MACHINES,
        "router",
        lambda item: bool(item["metadata"]["uid"] != before["metadata"]["uid"] and item["spec"] == before["spec"]),
        namespace=scene.namespace,
    )


async def test_a_machine_whose_artifact_is_gone_goes_and_the_others_stay(scene: Scene) -> None:
    delivered = await Delivered.start(scene)
    scene.infrahub.add_artifact("Machines", write([virtual_machine("switch")]))
    await scene.until(MACHINES, "switch", lambda _: True, namespace=scene.namespace)
    scene.infrahub.remove(delivered.artifact)
    await scene.until_gone(MACHINES, "router", namespace=scene.namespace)
    assert await scene.get(MACHINES, "switch", namespace=scene.namespace)


async def test_with_its_sync_goes_the_machine(scene: Scene) -> None:
    delivered = await Delivered.start(scene)
    await scene.delete(SYNCS, delivered.sync)
    await scene.until_gone(MACHINES, "router", namespace=scene.namespace)
    await scene.until_gone(SYNCS, delivered.sync)


async def test_what_kubevirt_writes_costs_no_request_and_stays(scene: Scene) -> None:
    delivered = await Delivered.start(scene)
    await delivered.has()
    mark = scene.plane.audit.mark()
    await report(scene, "router", printableStatus="Running", ready=True, created=True)
    await delivered.edit({"runStrategy": "Halted"})
    found = await delivered.has()
    assert found["status"]["printableStatus"] == "Running"
    writes = [entry for entry in await scene.plane.audit.since(mark) if "fieldManager=vidra" in entry.uri]
    assert [entry.name for entry in writes if entry.resource == "virtualmachines"] == ["router"]


async def test_a_machine_that_kubevirt_would_not_take_is_named_with_its_field(scene: Scene) -> None:
    wrong = virtual_machine("wrong")
    wrong["spec"]["template"]["spec"]["domain"]["cpu"]["cores"] = "many"
    name = await scene.resource(write([wrong, virtual_machine("right")]))
    resource = await scene.until_resource(name, has_reason("Refused"))
    assert "spec.template.spec.domain.cpu.cores" in condition(resource)["message"]
    assert await scene.get(MACHINES, "right", namespace=scene.namespace)


async def test_people_see_machines_as_in_any_cluster(scene: Scene) -> None:
    await Delivered.start(scene)
    await report(scene, "router", printableStatus="Running")
    shown = await scene.plane.kubectl("get", "vm", "-n", scene.namespace)
    assert shown.stdout.splitlines()[0].split() == ["NAME", "AGE", "STATUS", "READY"]
    assert "Running" in shown.stdout.splitlines()[1]


async def test_with_wait_ready_follows_what_kubevirt_says_of_a_machine(scene: Scene) -> None:
    name = await scene.resource(write([virtual_machine("router")]), wait=True)
    await scene.until(MACHINES, "router", lambda _: True, namespace=scene.namespace)
    await report(scene, "router", printableStatus="Starting")
    resource = await scene.until_resource(name, lambda item: "Starting" in condition(item).get("message", ""))
    assert condition(resource)["reason"] == "WaitingForHealth"
    ready = {"type": "Ready", "status": "True"}
    await report(scene, "router", printableStatus="Running", ready=True, created=True, conditions=[ready])
    await scene.until_resource(name)
    broken = {"type": "Ready", "status": "False", "reason": "ErrImagePull", "message": "no such disk"}
    await report(scene, "router", printableStatus="ErrImagePull", ready=False, conditions=[broken])
    resource = await scene.until_resource(name, has_reason("Unhealthy"))
    assert resource["status"]["health"] == "Failed"
    assert "VirtualMachine" in condition(resource)["message"]
    await report(scene, "router", printableStatus="Running", ready=True, conditions=[ready])
    await scene.until_resource(name)


async def test_a_machine_that_is_meant_to_be_off_is_well_when_it_is(scene: Scene) -> None:
    name = await scene.resource(write([virtual_machine("router", run_strategy="Halted")]), wait=True)
    await scene.until(MACHINES, "router", lambda _: True, namespace=scene.namespace)
    await report(scene, "router", printableStatus="Stopped", ready=False)
    await scene.until_resource(name)
