"""Adds and removes Vidra's finalizer, on every resource that needs a cleanup."""

from __future__ import annotations

from typing import TypeVar

from vidra.api.names import FINALIZERS
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.controllers.runtime.status_patch import path_of
from vidra.kube.client import Client
from vidra.kube.operations import merge_patch
from vidra.kube.store import Store

T = TypeVar("T", Sync, VidraResource)


def has_finalizer(item: Sync | VidraResource) -> bool:
    """Whether the item has Vidra's finalizer."""
    return FINALIZERS[item.kind] in item.metadata.finalizers


async def add_finalizer(client: Client, store: Store[T], item: T) -> T:
    """Add the finalizer; no request if it is there already.

    Raises:
        KubeError: It could not be written; 409 when the object changed.
    """
    if has_finalizer(item):
        return item
    return await _set_finalizers(client, store, item, (*item.metadata.finalizers, FINALIZERS[item.kind]))


async def remove_finalizer(client: Client, store: Store[T], item: T) -> T:
    """Remove the finalizer: the cleanup is done.

    Raises:
        KubeError: It could not be written; 409 when the object changed.
    """
    ours = FINALIZERS[item.kind]
    return await _set_finalizers(client, store, item, tuple(name for name in item.metadata.finalizers if name != ours))


async def _set_finalizers(client: Client, store: Store[T], item: T, finalizers: tuple[str, ...]) -> T:
    """Replace the finalizers, provided that the object did not change meanwhile.

    Raises:
        KubeError: It could not be written; 409 when the object changed.
    """
    metadata = {
        "uid": item.metadata.uid,
        "resourceVersion": item.metadata.resource_version,
        "finalizers": list(finalizers) or None,
    }
    written = await merge_patch(client, path_of(item), {"metadata": metadata}, type(item))
    if written.metadata.deletion_timestamp and not finalizers:
        store.removed(written)
        return written
    store.changed(written)
    return store.get(item.key) or written
