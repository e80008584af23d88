"""KubeVirt's kinds, without KubeVirt behind them: the API server takes virtual machines, and nothing boots them."""

from typing import Any

from testkit.environment import Scene
from testkit.parts.definitions import Json, read
from toolchain.tools import find_tool
from vidra.kube.client import MERGE_PATCH, encode
from vidra.kube.discovery import Kind

MACHINES = Kind("kubevirt.io/v1", "VirtualMachine", "virtualmachines", namespaced=True)


def definitions() -> list[Json]:
    """Return the definitions of KubeVirt, and of the importer of its disks.

    Raises:
        BinariesError: They cannot be made here.
    """
    return read(find_tool("kubevirt-crds"))


def virtual_machine(name: str, *, cores: int = 2, image: str = "fedora:41", run_strategy: str = "Always") -> Json:
    """A VirtualMachine as a generator writes it; without a namespace."""
    domain: dict[str, Any] = {
        "cpu": {"cores": cores},
        "memory": {"guest": "1Gi"},
        "devices": {
            "disks": [{"name": "system", "disk": {"bus": "virtio"}}],
            "interfaces": [{"name": "default", "masquerade": {}}],
        },
    }
    spec = {
        "domain": domain,
        "networks": [{"name": "default", "pod": {}}],
        "volumes": [{"name": "system", "containerDisk": {"image": f"disks.example.com/{image}"}}],
    }
    template = {"metadata": {"labels": {"kubevirt.io/domain": name}}, "spec": spec}
    return {
        "apiVersion": "kubevirt.io/v1",
        "kind": "VirtualMachine",
        "metadata": {"name": name},
        "spec": {"runStrategy": run_strategy, "template": template},
    }


async def report(scene: Scene, name: str, **status: Any) -> None:
    """Say of a VirtualMachine what KubeVirt would, in its status."""
    path = MACHINES.path(scene.namespace, name, "status")
    await scene.client.send("PATCH", path, body=encode({"status": status}), content_type=MERGE_PATCH)
