"""Writes a status: only what differs, only onto the same object (UID), and nothing when nothing differs."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, TypeVar

import msgspec

from vidra.api.names import PATHS
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.kube.client import Client
from vidra.kube.operations import merge_patch
from vidra.kube.store import Store

T = TypeVar("T", Sync, VidraResource)


def path_of(item: Sync | VidraResource) -> str:
    """Path of a resource at the API server."""
    return f"{PATHS[item.kind]}/{item.metadata.name}"


def as_read(item: T, store: Store[T]) -> T:
    """The item with the spec that a reconcile works from and the current status.

    A spec that changed meanwhile must not be reported as observed; a status that was written meanwhile must not be
    lost.
    """
    newest = store.get(item.key)
    if newest is None or newest.metadata.uid != item.metadata.uid:
        return item
    return msgspec.structs.replace(item, status=newest.status)


async def write_status(
    client: Client, store: Store[T], item: T, status: Any, *, stored: Any = None, inseparable: Collection[str] = ()
) -> T:
    """Write the status of the item.

    The store takes the answer at once, so that the next reconcile starts from what this one wrote.

    Args:
        stored: What is at the API server, if that is not the status of the item.
        inseparable: Fields that are written together, although only one of them seems to differ: an earlier write whose
            answer was lost may have changed another.

    Raises:
        KubeError: It could not be written; 409 when the object was deleted and recreated.
    """
    patch = changes(stored or item.status, status, inseparable)
    if not patch:
        return item
    body = {"metadata": {"uid": item.metadata.uid}, "status": patch}
    written = await merge_patch(client, f"{path_of(item)}/status", body, type(item))
    store.changed(written)
    return written


def changes(old: msgspec.Struct, new: msgspec.Struct, inseparable: Collection[str] = ()) -> dict[str, Any]:
    """The JSON merge patch from one status to another. A long inventory that stays the same costs nothing.

    Args:
        inseparable: Fields of which all are in the patch if one is.
    """
    same = {
        field.name: field.default
        for field in msgspec.structs.fields(old)
        if field.default is not msgspec.NODEFAULT and getattr(old, field.name) == getattr(new, field.name)
    }
    before, after = (msgspec.structs.replace(status, **same) for status in (old, new))
    patch = difference(msgspec.to_builtins(before), msgspec.to_builtins(after))
    if not patch.keys().isdisjoint(inseparable):
        whole = msgspec.to_builtins(new)
        patch |= {name: whole.get(name) for name in inseparable}
    return patch


def difference(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """The JSON merge patch (RFC 7396) from `old` to `new`; empty when they are equal."""
    patch: dict[str, Any] = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key)
        if isinstance(value, dict) and isinstance(before, dict):
            if nested := difference(before, value):
                patch[key] = nested
        elif before != value:
            patch[key] = value
    return patch
