"""Crossplane's kinds, and one of its providers at work: what it is asked for becomes Synced and Ready."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import Any, Final

from testkit.controlplane import ControlPlane, ControlPlaneError
from testkit.controlplane.program import Program
from testkit.controlplane.ready import until
from testkit.parts.certificates import serving
from testkit.parts.definitions import Json, read
from testkit.parts.ports import listens
from testkit.parts.running import Running
from toolchain.tools import find_tool

_WEBHOOKS: Final = 9443
"""The port of its webhooks, which cannot be chosen: one provider runs on a machine at a time."""


def definitions() -> list[Json]:
    """Return the definitions of Crossplane and of provider-kubernetes.

    Raises:
        BinariesError: They cannot be had.
    """
    provider = read(find_tool("provider-kubernetes-crds"))
    return read(find_tool("crossplane-crds")) + [_unconverted(definition) for definition in provider]


class Provider(Running):
    """provider-kubernetes over a control plane, from `async with` to its end; its definitions must be there before."""

    def __init__(self, plane: ControlPlane) -> None:
        super().__init__()
        self._plane = plane

    async def _start(self, stack: AsyncExitStack) -> None:
        if await listens(_WEBHOOKS):
            raise ControlPlaneError(
                f"Port {_WEBHOOKS} is taken, and provider-kubernetes knows no other: end what listens there (another "
                "run of the extended tests?), and try again."
            )
        program = await self._program()
        stack.push_async_callback(program.stop)
        await program.start()
        await until(lambda: listens(_WEBHOOKS), program)

    async def _program(self) -> Program:
        binary = await asyncio.to_thread(find_tool, "provider-kubernetes")
        certificates = self._plane.folder / "provider-kubernetes"
        serving(certificates, "localhost")
        environment = {"KUBECONFIG": str(self._plane.kubeconfig), "TLS_SERVER_CERTS_DIR": str(certificates)}
        return Program(binary, ("--poll=10s",), self._plane.folder, environment)


def _unconverted(definition: dict[str, Any]) -> Json:
    """Crossplane says where a definition's webhook for other versions is; without it only the stored one works."""
    spec = {key: value for key, value in definition["spec"].items() if key != "conversion"}
    return {**definition, "spec": spec}
