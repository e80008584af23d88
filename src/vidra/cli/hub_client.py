"""What a command reads of the cluster that Vidra runs in."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from typing import Generic, TypeVar

import msgspec

from vidra.api.names import (
    API_VERSION,
    CLUSTER_LABEL,
    CONFIG_LABEL,
    CONFIG_VALUE,
    GROUP,
    INFRAHUB_LABEL,
    RESOURCE_KIND,
    RESOURCE_PLURAL,
    SYNC_KIND,
    SYNC_PLURAL,
)
from vidra.api.resource import VidraResource
from vidra.api.sync import InfrahubSync
from vidra.cli.errors import CommandError, Exit
from vidra.cli.options import CREDENTIALS_NAMESPACES
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.kube.operations import look
from vidra.kube.store import HasMeta, Store
from vidra.kube.types import ConfigMap, Secret

T = TypeVar("T")
S = TypeVar("S", bound=HasMeta)

SYNCS = f"/apis/{API_VERSION}/{SYNC_PLURAL}"
RESOURCES = f"/apis/{API_VERSION}/{RESOURCE_PLURAL}"
SECRETS = "/api/v1/secrets"
CONFIG_MAPS = "/api/v1/configmaps"

CONFIG_SELECTOR = f"{CONFIG_LABEL}={CONFIG_VALUE}"


class _List(msgspec.Struct, Generic[T], frozen=True):
    items: tuple[T, ...] = ()


Item = InfrahubSync | VidraResource


async def listed(client: Client, path: str, kind: type[T], selector: str = "") -> list[T]:
    """Everything of a collection.

    Raises:
        CommandError: The cluster does not know Vidra's kinds.
        KubeError: It cannot be had.
    """
    query = {"labelSelector": selector} if selector else None
    try:
        return list((await client.get(path, _List[kind], query=query)).items)  # type: ignore[valid-type]
    except ApiError as error:
        raise not_installed(error) from None


async def one(client: Client, path: str, kind: type[T]) -> T | None:
    """One object, or None.

    Raises:
        KubeError: It cannot be had.
    """
    try:
        return await client.get(path, kind)
    except ApiError as error:
        if error.not_found:
            return None
        raise


async def syncs(client: Client) -> list[InfrahubSync]:
    """All InfrahubSyncs."""
    return await listed(client, SYNCS, InfrahubSync)


async def resources(client: Client) -> list[VidraResource]:
    """All VidraResources."""
    return await listed(client, RESOURCES, VidraResource)


def counting(namespace: str, further: Iterable[str] | None = None) -> tuple[str, ...]:
    """The namespaces whose Secrets count, as the operator is told them.

    Args:
        namespace: Vidra's own.
        further: Besides that; None: those of the environment.
    """
    named = os.environ.get(CREDENTIALS_NAMESPACES, "").split() if further is None else further
    return tuple(dict.fromkeys((namespace, *named)))


async def cluster_secrets(client: Client, namespaces: Iterable[str]) -> list[Secret]:
    """The Secrets with kubeconfigs that count."""
    return await _secrets(client, namespaces, CLUSTER_LABEL)


async def infrahub_secrets(client: Client, namespaces: Iterable[str]) -> list[Secret]:
    """The Secrets with credentials of Infrahubs that count."""
    return await _secrets(client, namespaces, INFRAHUB_LABEL)


async def config_maps(client: Client, namespace: str) -> list[ConfigMap]:
    """The ConfigMaps with settings in Vidra's namespace: others do not count."""
    return await listed(client, f"/api/v1/namespaces/{namespace}/configmaps", ConfigMap, CONFIG_SELECTOR)


async def _secrets(client: Client, namespaces: Iterable[str], label: str) -> list[Secret]:
    paths = (f"/api/v1/namespaces/{namespace}/secrets" for namespace in namespaces)
    found = await asyncio.gather(*(listed(client, path, Secret, label) for path in paths))
    return [secret for part in found for secret in part]


async def identity(client: Client) -> str:
    """Which cluster this is, by the UID of kube-system.

    Raises:
        CommandError: It cannot be told.
    """
    system = await look(client, "/api/v1/namespaces/kube-system")
    if system is None:
        raise CommandError("this cluster has no namespace kube-system, by which Vidra knows its own objects")
    return system.metadata.uid


async def find(client: Client, name: str) -> Item:
    """The InfrahubSync or VidraResource of a name; with isync/ or vres/ before it there is no doubt which.

    Raises:
        CommandError: There is none, or both.
    """
    kind, rest = _split(name)
    sync, resource = await asyncio.gather(
        one(client, f"{SYNCS}/{rest}", InfrahubSync) if kind != RESOURCE_KIND else _nothing(),
        one(client, f"{RESOURCES}/{rest}", VidraResource) if kind != SYNC_KIND else _nothing(),
    )
    if sync and resource:
        raise CommandError(f"{rest} is an InfrahubSync and a VidraResource: write isync/{rest} or vres/{rest}")
    found: Item | None = sync or resource
    if found is None:
        raise CommandError(f"there is no InfrahubSync or VidraResource {rest!r} (vidra get lists them)")
    return found


def means(given: str, kind: str, name: str) -> bool:
    """Whether a name from a command line stands for this resource."""
    wanted, rest = _split(given)
    return rest == name and wanted in {"", kind}


def path_of(item: Item) -> str:
    """Its path at the API server."""
    return f"{SYNCS if isinstance(item, InfrahubSync) else RESOURCES}/{item.metadata.name}"


def titled(item: Item) -> str:
    """Kind and name."""
    return f"{item.kind} {item.metadata.name}"


def stored(items: Iterable[S], store: Store[S]) -> Store[S]:
    """A store with these in it."""
    for item in items:
        store.changed(item)
    return store


async def _nothing() -> None:
    return None


def not_installed(error: ApiError) -> Exception:
    """What to tell instead of a 404 for a whole kind."""
    if error.not_found:
        return CommandError("this cluster does not know Vidra: install it (vidra install), or choose another --context")
    return error


def _split(given: str) -> tuple[str, str]:
    """The kind, empty if it is left open, and the name."""
    word, slash, name = given.rpartition("/")
    kind = _KINDS.get(word.lower().removesuffix(f".{GROUP}")) if slash else ""
    if kind is None or not name:
        raise CommandError(f"{given!r}: write NAME, isync/NAME or vres/NAME", Exit.USAGE)
    return kind, name


_KINDS = {
    **dict.fromkeys(("isync", "sync", "infrahubsync", "infrahubsyncs"), SYNC_KIND),
    **dict.fromkeys(("vres", "resource", "vidraresource", "vidraresources"), RESOURCE_KIND),
}
"""What may stand before a name."""
