"""Writes statuses of VidraResources, and keeps what of their inventories has no room there in ConfigMaps beside them.

Everything else knows an inventory whole: it is put together where VidraResources come in, and divided here, where they
go out. `apply/inventory_pieces.py` says how.

Invariants:
- The pieces are written before the status that names them, and deleted after no status names them. They are immutable
  and named by their content, so a status and its pieces are of one time, and a process may die between any two writes.
- A piece has no owner reference: a garbage collector must not take it before the finalizer has read it.
- An inventory of which something cannot be seen is kept as it is: no status that is written meanwhile shortens it.
- Only pieces in Vidra's own namespace are read, whatever a status says.
- A piece that somebody deletes while its VidraResource is known is written again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any
from urllib.parse import quote

import msgspec
import structlog

from vidra.api.names import PATHS, RESOURCE_KIND
from vidra.api.resource import InventoryPiece, InventoryPieces, ResourceStatus, VidraResource, without_old_announcement
from vidra.apply.inventory import LARGEST, share_texts
from vidra.apply.inventory_pieces import (
    Entries,
    StoredPiece,
    as_stored,
    config_map_of,
    divided,
    is_named_well,
    is_right,
    named,
    opened,
    parts_of,
)
from vidra.apply.inventory_reading import InventoryUnseenError, join, read_inventory
from vidra.controllers.runtime.status_patch import path_of, write_status
from vidra.kube.client import Client, encode
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.operations import create, delete, look
from vidra.kube.run_all import together
from vidra.kube.store import Store

log = structlog.get_logger("vidra.runtime")

LIMIT = LARGEST
"""Bytes of a VidraResource with its inventory; more is kept beside it."""
FEW = 1_000
"""Entries that a status has room for, however long their names are."""

Sealing = Callable[[ResourceStatus], AbstractContextManager[ResourceStatus]]
Piece = tuple[InventoryPiece, Entries]
"""As a status names it, and what it lists."""


class PieceRefusedError(Exception):
    """The API server does not take a part of an inventory; the message is its own."""


class InventoryStore:
    """The inventories of all VidraResources.

    Args:
        client: Of the cluster that Vidra runs in.
        namespace: Vidra's own.
        resources: All VidraResources; each is kept as `kept` returns it.
        pieces: The ConfigMaps with pieces, by VidraResource.
    """

    def __init__(
        self, client: Client, namespace: str, resources: Store[VidraResource], pieces: Store[StoredPiece]
    ) -> None:
        self._client = client
        self._namespace = namespace
        self._root = f"/api/v1/namespaces/{namespace}/configmaps"
        self._resources = resources
        self.pieces = pieces
        self.believed: Callable[[VidraResource], VidraResource] = lambda resource: resource
        """What counts of a VidraResource with its whole inventory."""
        resources.keep(self._kept)
        pieces.listen(self._on_piece)

    async def seen(self, resource: VidraResource) -> VidraResource:
        """The VidraResource with its whole inventory, and every piece of it there.

        No request when that is so, as far as the watches show.

        Raises:
            InventoryUnseenError: Something of it is missing, or is not what was written.
            PieceRefusedError: A piece was deleted, and is not taken again.
            KubeError: It cannot be read, or written again.
        """
        if resource.is_inventory_seen:
            await self._ensure(resource, _pieces_of(resource))
            return resource
        # A later status may name other pieces, and be on its way.
        self._resources.changed(await self._client.get(path_of(resource), VidraResource))
        newest = self._resources.get(resource.key) or resource
        whole = await read_inventory(self._client, newest, self.pieces, self._namespace)
        return self._resources.get(resource.key) or whole

    async def write(
        self,
        resource: VidraResource,
        status: ResourceStatus,
        *,
        sealing: Sealing = nullcontext,
        stored: ResourceStatus | None = None,
        proven: bool = True,
    ) -> VidraResource:
        """Write a status, and before it what it has no room for; returns the VidraResource as it is then.

        Invariant: a seal is never put on a piece that is not proven: its entries are written anew, without claims. And
        none on an inventory of which something cannot be seen and nothing is proven.

        Args:
            resource: As it was read.
            sealing: Seals the status as it is stored; what it is while the context lasts is what Vidra says.
            stored: What is at the API server, if that is not the status of the VidraResource.
            proven: Whether Vidra wrote what the status of the VidraResource says.

        Raises:
            PieceRefusedError: What the status has no room for is not taken.
            KubeError: It could not be written; 409 when the VidraResource was deleted and recreated.
        """
        before, kept = as_stored(resource), stored or resource.status
        if resource.is_inventory_seen:
            status, pieces = self._stored_form(resource, status, proven=proven)
            await self._ensure(resource, pieces)
        else:
            status = msgspec.structs.replace(status, managed_resources=kept.managed_resources, inventory=kept.inventory)
            sealing = sealing if proven else _unsealed
        with sealing(status) as status:
            await write_status(
                *(self._client, self._resources, before, status),
                stored=stored,
                inseparable=("managedResources", "inventory"),
            )
        if kept.inventory != status.inventory:
            await self._delete_all_but(resource.key, status.inventory)
        return self._resources.get(resource.key) or resource

    def without_lost(self, resource: VidraResource) -> VidraResource:
        """The VidraResource with what can be seen of its inventory, as if that were all."""
        stored, status = resource.status.inventory, resource.status
        if stored is None or resource.is_inventory_seen:
            return resource
        found = (self._piece(each.name) for each in stored.pieces if is_right(each, self._piece(each.name)))
        entries = (*status.managed_resources, *(entry for piece in found if piece for entry in piece.entries))
        status = msgspec.structs.replace(status, managed_resources=entries, inventory=None)
        return self.believed(msgspec.structs.replace(resource, status=status))

    async def discard(self, name: str) -> None:
        """Delete the pieces of a VidraResource that has been deleted."""
        await self._delete_all_but(name, None)

    async def collect_garbage(self, concerns: Callable[[str], bool]) -> None:
        """Delete the pieces of VidraResources that do not exist: left by a process that died before it did so.

        Args:
            concerns: Whether a VidraResource is of concern, by its name.
        """
        names = {piece.resource for piece in self.pieces}
        for name in sorted(name for name in names if self._resources.get(name) is None and concerns(name)):
            if await self._is_deleted(name):
                await self.discard(name)

    def _kept(self, resource: VidraResource) -> VidraResource:
        share_texts(resource.status.managed_resources)
        return self.believed(join(without_old_announcement(resource), self.pieces, self._namespace))

    def _piece(self, name: str) -> StoredPiece | None:
        return self.pieces.get(name, self._namespace)

    def _on_piece(self, old: StoredPiece | None, new: StoredPiece | None) -> None:
        """A piece arrived: the inventory that it is of may be whole now."""
        piece = new or old
        assert piece is not None
        self._resources.keep_again(piece.resource)

    def _stored_form(
        self, resource: VidraResource, status: ResourceStatus, *, proven: bool
    ) -> tuple[ResourceStatus, list[Piece]]:
        """A status as it is stored, and its pieces."""
        entries, stored = status.managed_resources, resource.status.inventory
        if stored is None and len(entries) <= FEW:
            return status, []
        known = _pieces_of(resource) if proven else []
        here = proven and stored is not None and stored.namespace == self._namespace
        if here and entries == resource.status.managed_resources:
            return as_stored(msgspec.structs.replace(resource, status=status)).status, known
        head, *parts = divided(entries, resource, LIMIT - len(encode(resource.spec)))
        same = {part[0]: (piece, part) for piece, part in known}
        pieces = [
            same[part[0]] if part[0] in same and same[part[0]][1] == part else (named(resource.key, part), part)
            for part in parts
        ]
        names = tuple(piece for piece, _ in pieces)
        stored = InventoryPieces(self._namespace, len(entries), names) if pieces else None
        return msgspec.structs.replace(status, managed_resources=head, inventory=stored), pieces

    async def _ensure(self, resource: VidraResource, pieces: Iterable[Piece]) -> None:
        """Have the pieces of a VidraResource stored; no request for those that are.

        Raises:
            InventoryUnseenError: One is missing, and is known only with other entries than were written.
        """
        lacking = [(piece, part) for piece, part in pieces if not is_right(piece, self._piece(piece.name))]
        if any(named(resource.key, part) != piece for piece, part in lacking):
            raise InventoryUnseenError(f"parts of the inventory of {resource.key} are missing")
        await together(self._store(piece, config_map_of(resource.key, piece, part)) for piece, part in lacking)

    async def _store(self, piece: InventoryPiece, body: Any) -> None:
        try:
            stored = await self._create(piece, body)
        except ApiError as error:
            if error.transient or error.conflict:
                raise
            raise PieceRefusedError(str(error)) from None
        self.pieces.changed(stored)  # known at once: the status that names it is read next

    async def _create(self, piece: InventoryPiece, body: Any) -> StoredPiece:
        """Create a piece; an earlier reconcile may have got this far, or somebody else's object has the name."""
        path = f"{self._root}/{piece.name}"
        try:
            return await create(self._client, self._root, encode(body), StoredPiece)
        except ApiError as error:
            if not error.conflict:
                raise
        found = await self._client.get(path, StoredPiece)
        if is_right(piece, opened(found)):
            return found
        await delete(self._client, path, uid=found.metadata.uid)
        return await create(self._client, self._root, encode(body), StoredPiece)

    async def _delete_all_but(self, name: str, kept: InventoryPieces | None) -> None:
        """Delete the pieces of a VidraResource that its status does not name. If it fails, they are deleted later."""
        wanted = {piece.name for piece in kept.pieces} if kept else set()
        found = (piece for piece in self.pieces.group(name) if is_named_well(piece.metadata.name))
        await together(self._delete(piece) for piece in found if piece.metadata.name not in wanted)

    async def _delete(self, piece: StoredPiece) -> None:
        try:
            await delete(self._client, f"{self._root}/{piece.metadata.name}", uid=piece.metadata.uid)
        except KubeError as error:
            log.warning("part of an old inventory not deleted", name=piece.metadata.name, error=str(error))
        else:
            self.pieces.removed(piece)

    async def _is_deleted(self, name: str) -> bool:
        """Whether there is no VidraResource of a name, as far as can be found out."""
        try:
            return await look(self._client, f"{PATHS[RESOURCE_KIND]}/{quote(name, safe='')}") is None
        except KubeError as error:
            log.warning("part of an old inventory not deleted", resource=name, error=str(error))
            return False


@contextmanager
def _unsealed(status: ResourceStatus) -> Iterator[ResourceStatus]:
    yield msgspec.structs.replace(status, seal="")


def _pieces_of(resource: VidraResource) -> list[Piece]:
    """The pieces of a whole inventory, as its status names them."""
    stored = resource.status.inventory
    return list(zip(stored.pieces, parts_of(resource)[1:], strict=True)) if stored else []
