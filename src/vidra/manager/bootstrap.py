"""What must be known, or exist, before the operator can work."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec
import structlog

from vidra.api.names import API_VERSION, PLURALS
from vidra.kube.client import Client, encode
from vidra.kube.errors import ApiError, KubeError, UnreachableError
from vidra.kube.operations import create, look
from vidra.kube.partial_metadata import LiveObject

T = TypeVar("T")

log = structlog.get_logger("vidra.manager")

RETRY = 1.0


class _Served(msgspec.Struct, frozen=True):
    name: str


class _ServedList(msgspec.Struct, frozen=True):
    resources: tuple[_Served, ...] = ()


async def cluster_identity(client: Client) -> str:
    """The UID of kube-system in this cluster. It identifies this Vidra in clusters that several Vidras use.

    Waits for an API server that does not answer yet, or has only just started.

    Raises:
        ApiError: The server refuses to show the namespace.
    """
    while True:
        system = await _patiently(lambda: look(client, "/api/v1/namespaces/kube-system"))
        if system is not None:
            return system.metadata.uid
        log.warning("waiting for the namespace kube-system")
        await asyncio.sleep(RETRY)


async def ensure_namespace(client: Client, name: str) -> None:
    """Create Vidra's own namespace if it is missing; for a Pod it exists already."""
    body = encode({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    try:
        if await _patiently(lambda: look(client, f"/api/v1/namespaces/{name}")) is None:
            await _patiently(lambda: create(client, "/api/v1/namespaces", body, LiveObject))
            log.info("namespace created", namespace=name)
    except ApiError as error:
        if not error.conflict:
            log.warning("cannot make sure that the namespace exists", namespace=name, error=str(error))


async def definitions_served(client: Client) -> None:
    """Wait until the cluster serves Vidra's kinds; until then, log what to do.

    Raises:
        ApiError: The server refuses access.
    """
    told = False
    while not set(PLURALS.values()) <= await _patiently(lambda: _served(client)):
        if not told:
            hint = "install them: vidra crds | kubectl apply --server-side -f -"
            log.warning("waiting for Vidra's CRDs", missing_in=API_VERSION, hint=hint)
            told = True
        await asyncio.sleep(RETRY)


async def _served(client: Client) -> set[str]:
    try:
        found = await client.get(f"/apis/{API_VERSION}", _ServedList)
    except ApiError as error:
        if error.not_found:
            return set()
        raise
    return {resource.name for resource in found.resources}


async def _patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """The answer, however long the API server takes to become available."""
    while True:
        try:
            return await ask()
        except KubeError as error:
            if not (isinstance(error, UnreachableError) or (isinstance(error, ApiError) and error.transient)):
                raise
            log.warning("waiting for the API server", error=str(error))
        await asyncio.sleep(RETRY)
