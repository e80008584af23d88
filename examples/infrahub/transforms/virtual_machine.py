"""A machine of Infrahub as KubeVirt wants it."""

from typing import Any

from infrahub_sdk.transforms import InfrahubTransform


class VirtualMachine(InfrahubTransform):
    """Makes a VirtualMachine; a machine that cannot be one has no new artifact, and keeps its last."""

    query = "virtual_machine"

    async def transform(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the manifest; Infrahub writes it as YAML."""
        machine = {key: value["value"] for key, value in data["VirtualMachine"]["edges"][0]["node"].items()}
        if machine["cores"] < 1:
            raise ValueError(f"machine {machine['name']} has no core")
        return {
            "apiVersion": "kubevirt.io/v1",
            "kind": "VirtualMachine",
            "metadata": {"name": machine["name"]},
            "spec": {"runStrategy": "Always", "template": _template(machine)},
        }


def _template(machine: dict[str, Any]) -> dict[str, Any]:
    return {
        "metadata": {"labels": {"kubevirt.io/domain": machine["name"]}},
        "spec": {
            "domain": {
                "cpu": {"cores": machine["cores"]},
                "memory": {"guest": f"{machine['memory']}Gi"},
                "devices": {
                    "disks": [{"name": "system", "disk": {"bus": "virtio"}}],
                    "interfaces": [{"name": "default", "masquerade": {}}],
                },
            },
            "networks": [{"name": "default", "pod": {}}],
            "volumes": [{"name": "system", "containerDisk": {"image": machine["image"]}}],
        },
    }
