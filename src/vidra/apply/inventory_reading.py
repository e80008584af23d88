"""Reads the whole inventory of a VidraResource, also where a part of it is kept beside the status.

Called by the operator (`controllers/runtime/inventory_store.py`, `controllers/resource/owner_lookup.py`), and by the
views, with the rights of who looks.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from vidra.api.resource import InventoryPiece, InventoryPieces, VidraResource
from vidra.apply.field_owner import hashed
from vidra.apply.inventory_pieces import StoredPiece, are_named_well, is_right, joined, opened
from vidra.common.text import limited
from vidra.kube.client import Client
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.run_all import together
from vidra.kube.store import Store


class InventoryUnseenError(Exception):
    """A part of an inventory is missing, or is not what was written; the message says which.

    Args:
        lost: Names of the pieces.
    """

    def __init__(self, message: str, lost: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.id = hashed(" ".join(lost))
        """Another one when anything else is missing."""


def new_pieces() -> Store[StoredPiece]:
    """A store of pieces, by VidraResource."""
    return Store(index=lambda piece: piece.resource, kept=opened)


def join(resource: VidraResource, pieces: Store[StoredPiece], namespace: str = "") -> VidraResource:
    """The VidraResource with its whole inventory; as it is if not every piece is known.

    Args:
        namespace: Of the pieces; empty: as the status says.
    """
    stored = resource.status.inventory
    return joined(resource, lambda name: pieces.get(name, namespace or stored.namespace)) if stored else resource


async def read_inventory(
    client: Client, resource: VidraResource, pieces: Store[StoredPiece] | None = None, namespace: str = ""
) -> VidraResource:
    """The VidraResource with its whole inventory; no request if it has that, or the pieces are known.

    Args:
        pieces: Those that are known; what is read is added.
        namespace: Of the pieces; empty: as the status says.

    Raises:
        InventoryUnseenError: A piece is missing, or is not what the status says.
        KubeError: A piece cannot be read now.
    """
    stored = resource.status.inventory
    if stored is None or resource.is_inventory_seen:
        return resource
    if not are_named_well(stored):
        raise InventoryUnseenError("status.inventory names what cannot be a part of an inventory")
    known, namespace = new_pieces() if pieces is None else pieces, namespace or stored.namespace
    missing = [each for each in stored.pieces if not is_right(each, known.get(each.name, namespace))]
    for found in await together(_read(client, namespace, each.name) for each in missing):
        if found is not None:
            known.changed(found)
    whole = join(resource, known, namespace)
    if not whole.is_inventory_seen:
        raise _unseen(stored, namespace, known)
    return whole


async def with_inventories(client: Client, resources: Sequence[VidraResource]) -> list[VidraResource]:
    """The same of many; those of which something cannot be seen stay as they are (`is_inventory_seen`)."""
    return [await if_seen(client, resource) for resource in resources]


async def if_seen(client: Client, resource: VidraResource) -> VidraResource:
    """The VidraResource with its whole inventory; as it is if something of that cannot be seen."""
    try:
        return await read_inventory(client, resource)
    except (InventoryUnseenError, KubeError):
        return resource


async def _read(client: Client, namespace: str, name: str) -> StoredPiece | None:
    try:
        return await client.get(f"/api/v1/namespaces/{namespace}/configmaps/{name}", StoredPiece)
    except ApiError as error:
        if error.not_found:
            return None
        raise


def _unseen(stored: InventoryPieces, namespace: str, known: Store[StoredPiece]) -> InventoryUnseenError:
    lost = [each for each in stored.pieces if not is_right(each, known.get(each.name, namespace))]
    if not lost:
        return InventoryUnseenError(f"status.inventory counts {stored.objects} objects, and another number is listed")
    names = [f"{each.name} ({_why(each, known.get(each.name, namespace))})" for each in lost]
    places = f"ConfigMaps of {namespace}: {limited(names, 3)}"
    count = sum(each.objects for each in lost)
    message = f"{count} of the {stored.objects} objects in the inventory cannot be seen, because they are in {places}"
    return InventoryUnseenError(message, (each.name for each in lost))


def _why(wanted: InventoryPiece, found: StoredPiece | None) -> str:
    return "is not there" if found is None or found.digest == wanted.digest else "is not what was written"
