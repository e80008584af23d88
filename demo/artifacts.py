"""What the demo's Infrahub renders, from the YAML files beside this one."""

from __future__ import annotations

from pathlib import Path
from string import Template
from typing import Any, Final

import msgspec

WEBSERVER: Final = "Webserver_Manifest"
VIRTUAL_MACHINE: Final = "Virtual_Machine"

_FOLDER: Final = Path(__file__).with_name("manifests")


class Shop(msgspec.Struct, frozen=True):
    """One web application, as an engineer has it in Infrahub."""

    city: str
    replicas: int = 2
    image: str = "nginx:1.28"

    @property
    def namespace(self) -> str:
        """Where its objects are."""
        return f"shop-{self.city}"

    def manifest(self) -> str:
        """The text of its artifact: a Namespace, a Deployment, a Service and an Ingress."""
        return Template(_read("webserver.yaml")).substitute(
            namespace=self.namespace, replicas=self.replicas, image=self.image, host=f"{self.city}.shop.example.com"
        )


def virtual_machine() -> str:
    """The text of the artifact with a virtual machine, which names no namespace."""
    return _read("virtual-machine.yaml")


def virtual_machine_definition() -> dict[str, Any]:
    """The definition that makes virtual machines known to a cluster."""
    definition: dict[str, Any] = msgspec.yaml.decode(_read("virtual-machine-definition.yaml"))
    return definition


def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
