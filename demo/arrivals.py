"""The first two chapters: artifacts become objects, one of them only once its kind is known."""

from __future__ import annotations

from typing import Final

from demo.artifacts import VIRTUAL_MACHINE, WEBSERVER, virtual_machine, virtual_machine_definition
from demo.cast import PATIENCE, VM_NAMESPACE, VM_SYNC, WEB_SYNC, Cast, is_healthy
from demo.contents import LISBON, OSLO, add_shops
from demo.stage import Clock
from testkit.environment import condition, has_reason
from vidra.api.reasons import Reason
from vidra.kube.discovery import Kind

_MACHINES: Final = Kind("kubevirt.io/v1", "VirtualMachine", "virtualmachines", namespaced=True)


async def two_applications_arrive(cast: Cast) -> tuple[str, str]:
    """Chapter 1; gives the ids of the artifacts for Lisbon and Oslo."""
    cast.view.title("1/7  Two web applications arrive")
    lisbon, oslo = add_shops(cast.scene.infrahub)
    cast.say(f'Infrahub has two artifacts named "{WEBSERVER}": a shop in Lisbon and one in Oslo.')
    clock = Clock()
    await cast.sync(WEBSERVER, WEB_SYNC, {"reconcileOnEvents": True})
    ready = await cast.scene.until_sync(WEB_SYNC, seconds=PATIENCE)
    what = condition(ready)["message"].partition(";")[0]
    cast.say(f"InfrahubSync {WEB_SYNC} is Ready {clock} after its creation: {what}.")
    for shop in (LISBON, OSLO):
        cast.say(f"Deployment {shop.namespace}/web is healthy; its Pods: {await cast.running(shop)}.")
    cast.say("(The control plane is real; its only node is played by the demo, and says that Pods run.)")
    return lisbon, oslo


async def a_machine_waits_for_its_kind(cast: Cast) -> None:
    """Chapter 2."""
    cast.view.title("2/7  A virtual machine waits for its kind")
    artifact = cast.scene.infrahub.add_artifact(VIRTUAL_MACHINE, virtual_machine())
    resource = f"{VM_SYNC}-{artifact}"
    cast.say(f'Infrahub has an artifact "{VIRTUAL_MACHINE}", and the cluster does not know that kind yet.')
    await cast.sync(VIRTUAL_MACHINE, VM_SYNC, {"namespace": VM_NAMESPACE, "createNamespace": True})
    waits = await cast.scene.until_resource(resource, has_reason(Reason.KIND_UNKNOWN), seconds=PATIENCE)
    cast.say(f"Its VidraResource says {Reason.KIND_UNKNOWN}: {condition(waits)['message']}")
    clock = Clock()
    await cast.scene.apply(virtual_machine_definition())
    cast.say("The CustomResourceDefinition virtualmachines.kubevirt.io is installed.")
    await cast.scene.until_resource(resource, seconds=PATIENCE)
    machine = await cast.scene.get(_MACHINES, "router", namespace=VM_NAMESPACE)
    assert machine is not None, "a VidraResource says Ready, and its object is not there"
    cast.say(f"VirtualMachine {VM_NAMESPACE}/router is there {clock} later, and nobody had to ask for it.")
    await cast.scene.until_resource(resource, is_healthy, seconds=PATIENCE)
    cast.say("It is healthy. (The demo plays KubeVirt, and says that it runs.)")
