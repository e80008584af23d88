"""Vidra's kinds on control planes, and one way to offer an object to one."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from testkit.controlplane import ControlPlane
from testkit.eventually import eventually
from testkit.patience import HANG
from vidra.api.crds import crds, to_yaml
from vidra.api.names import API_VERSION, GROUP, PLURALS, RESOURCE_PLURAL, SYNC_PLURAL, VERSION

Offer = Callable[..., Awaitable[str]]
ROOT = f"/apis/{GROUP}/{VERSION}"
FIRST = Path(__file__).parent / "first_vidra"


@pytest.fixture(scope="session")
async def installed(controlplane: ControlPlane) -> ControlPlane:
    """The shared control plane with all CRDs; other tests use the same ones, so nobody removes them."""
    await _apply(controlplane, "---\n".join(to_yaml(definition) for definition in crds()))
    await _established(controlplane, *PLURALS.values())
    await _listed(controlplane)
    await _explained(controlplane)
    return controlplane


@pytest.fixture(scope="session")
def offer(installed: ControlPlane) -> Offer:
    """Create an object without keeping it: the API server's complaint, or "" when it takes it."""

    async def offered(kind: str, spec: dict[str, Any]) -> str:
        body = {"apiVersion": API_VERSION, "kind": kind, "metadata": {"generateName": "offer-"}, "spec": spec}
        answer = await installed.request("POST", f"{ROOT}/{PLURALS[kind]}?dryRun=All", body)
        return "" if answer.status == 201 else str(answer.body["message"])

    return offered


@pytest.fixture(scope="session")
async def upgraded() -> AsyncIterator[ControlPlane]:
    """A control plane of its own, where no operator looks: the first Vidra's objects, and then our CRDs."""
    async with ControlPlane(controllers=False) as plane:
        await _apply(plane, (FIRST / "crds.yaml").read_text())
        await _established(plane, SYNC_PLURAL, RESOURCE_PLURAL)
        await _store(plane, (FIRST / "objects.yaml").read_text())
        await _apply(plane, "---\n".join(to_yaml(definition) for definition in crds()))
        await _established(plane, *PLURALS.values())
        await _listed(plane)
        yield plane


async def _apply(plane: ControlPlane, text: str) -> None:
    await plane.kubectl("apply", "--server-side", "--force-conflicts", "-f", "-", stdin=text)


async def _established(plane: ControlPlane, *plurals: str) -> None:
    names = [f"crd/{plural}.{GROUP}" for plural in plurals]
    await plane.kubectl("wait", "--for=condition=Established", f"--timeout={HANG:g}s", *names)


async def _listed(plane: ControlPlane) -> None:
    """Until discovery tells of them, and kubectl's copy of it with it; there is no event for that."""
    async with asyncio.timeout(HANG):
        while (await plane.kubectl("api-resources", "--categories=vidra", "-o", "name")).stdout.count("\n") < len(
            PLURALS
        ):
            pass


async def _explained(plane: ControlPlane) -> None:
    """Until the API server publishes the schemas of all, each in its own time."""

    async def all_of_them() -> bool:
        found = [await plane.kubectl("explain", plural, check=False) for plural in PLURALS.values()]
        return all(ended.returncode == 0 for ended in found)

    await eventually(all_of_them)


async def _store(plane: ControlPlane, text: str) -> None:
    """Create each object as an ordinary client does, and then its status."""
    for body in yaml.safe_load_all(text):
        path = f"{ROOT}/{PLURALS[body['kind']]}"
        created = await plane.request("POST", path, body)
        assert created.status == 201, created
        with_status = {**created.body, "status": body["status"]}
        stored = await plane.request("PUT", f"{path}/{body['metadata']['name']}/status", with_status)
        assert stored.status == 200, stored
