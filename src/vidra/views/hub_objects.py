"""Reads syncs, VidraResources, Secrets and settings from the cluster that Vidra runs in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Generic, TypeVar

import msgspec

from vidra.api.names import (
    CLUSTER_LABEL,
    CONFIG_LABEL,
    CONFIG_VALUE,
    INFRAHUB_LABEL,
    KEYS_LABEL,
    PATHS,
    SOURCE_LABEL,
)
from vidra.api.resource import VidraResource
from vidra.api.sync import SYNC_TYPES, Sync, kind_and_name
from vidra.apply.inventory_reading import with_inventories
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.kube.operations import look
from vidra.kube.store import HasMeta, Store
from vidra.kube.types import ConfigMap, Secret
from vidra.views.errors import ViewError
from vidra.views.hub_paths import RESOURCES, not_installed

T = TypeVar("T")
S = TypeVar("S", bound=HasMeta)

SECRETS = "/api/v1/secrets"
CONFIG_MAPS = "/api/v1/configmaps"

CONFIG_SELECTOR = f"{CONFIG_LABEL}={CONFIG_VALUE}"


class _List(msgspec.Struct, Generic[T], frozen=True):
    items: tuple[T, ...] = ()


async def listed(client: Client, path: str, kind: type[T], selector: str = "") -> list[T]:
    """Everything of a collection.

    Raises:
        ViewError: The cluster does not know Vidra's kinds.
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


async def syncs(client: Client) -> list[Sync]:
    """All syncs.

    An operator from before VidraSync existed has no definition of it, and so there are none.
    """
    first, *others = SYNC_TYPES
    found = await asyncio.gather(
        listed(client, PATHS[first.KIND], first), *(_listed_if_served(client, kind) for kind in others)
    )
    return [item for part in found for item in part]


async def _listed_if_served(client: Client, kind: type[Sync]) -> list[Sync]:
    try:
        return await listed(client, PATHS[kind.KIND], kind)
    except ViewError:
        return []


async def sync_of_key(client: Client, key: str) -> Sync | None:
    """The sync of a key (`Sync.key`), if it is still there."""
    kind, name = kind_and_name(key)
    return await one(client, f"{PATHS[kind]}/{name}", next(each for each in SYNC_TYPES if kind == each.KIND))


async def resources(client: Client) -> list[VidraResource]:
    """All VidraResources, each with its whole inventory, as far as that can be seen."""
    return await with_inventories(client, await listed(client, RESOURCES, VidraResource))


async def cluster_secrets(client: Client, namespaces: Iterable[str]) -> list[Secret]:
    """The Secrets with kubeconfigs that count."""
    return await _secrets(client, namespaces, CLUSTER_LABEL)


async def infrahub_secrets(client: Client, namespaces: Iterable[str]) -> list[Secret]:
    """The Secrets with credentials of Infrahubs that count."""
    return await _secrets(client, namespaces, INFRAHUB_LABEL)


async def source_secrets(client: Client, namespaces: Iterable[str]) -> list[Secret]:
    """The Secrets with credentials of other sources that count."""
    return await _secrets(client, namespaces, SOURCE_LABEL)


async def key_secrets(client: Client, namespaces: Iterable[str]) -> list[Secret]:
    """The Secrets with public keys that may sign what sources give."""
    return await _secrets(client, namespaces, KEYS_LABEL)


async def labelled(client: Client, namespaces: Sequence[str], label: str) -> list[ConfigMap | Secret]:
    """The ConfigMaps and Secrets with a label that count: with manifests, or with values.

    Args:
        namespaces: Vidra's own first.
    """
    maps = f"/api/v1/namespaces/{namespaces[0]}/configmaps"
    return [*await listed(client, maps, ConfigMap, label), *await _secrets(client, namespaces, label)]


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
        ViewError: It is not known.
    """
    system = await look(client, "/api/v1/namespaces/kube-system")
    if system is None:
        raise ViewError("this cluster has no namespace kube-system, by which Vidra knows its own objects")
    return system.metadata.uid


def stored(items: Iterable[S], store: Store[S]) -> Store[S]:
    """A store with these in it."""
    for item in items:
        store.changed(item)
    return store
