"""How an inventory that has no room in a status is divided, written as text, and put together again: pure.

Called by `controllers/runtime/inventory_store.py`, which keeps the pieces, and by whatever reads a VidraResource.

Invariant: an inventory is read whole or not at all. A status names each piece by the digest of its text and says how
many objects there are, so a piece that is missing, changed or of another time is never taken for the right one.

    status                    managedResources: a b c     inventory: 9 objects, in pieces 1 and 2
    ConfigMaps, immutable     1: d e f                    2: g h i

A piece ends where it ended before, as far as that goes, so that one changed entry is one piece to write.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, chain, pairwise
from math import ceil
from typing import Any

import msgspec

from vidra.api.meta import Meta
from vidra.api.names import INVENTORY_LABEL
from vidra.api.resource import InventoryPiece, InventoryPieces, ManagedObject, VidraResource
from vidra.apply.desired.digest import LENGTH
from vidra.apply.field_owner import hashed
from vidra.apply.inventory import key_of, share_texts

HEAD = 200_000
"""Bytes of entries that stay in the status when it has no room for all."""
PIECE = 600_000
"""Bytes of entries in one piece: a ConfigMap holds 1 MiB."""
UID, REVISION = len(',"uid":""'), len(',"revision":""')
CONFIRMED = UID + 36 + REVISION + LENGTH + 13
"""Bytes by which an entry grows when it is confirmed; they count before, so that no piece has to be cut then."""

Entries = tuple[ManagedObject, ...]
_DECODER, _ENCODER = msgspec.json.Decoder(Entries), msgspec.json.Encoder()
_NAME = re.compile(r"vidra-inventory-[0-9a-f]{16}-[0-9a-f]{16}")
_NAMESPACE = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")


class StoredPiece(msgspec.Struct, frozen=True, rename="camel"):
    """The ConfigMap that holds a piece."""

    metadata: Meta
    data: dict[str, str] = {}
    entries: Entries = ()
    """What its text lists, once that is read; the text itself need not be kept then."""
    digest: str = ""
    """Of its text; empty where that is none."""

    @property
    def resource(self) -> str:
        """Name of the VidraResource whose inventory it says that it is of."""
        return self.data.get("resource", "")


def opened(piece: StoredPiece) -> StoredPiece:
    """The piece with its text read. What cannot be read has no digest, and so is nobody's."""
    text = piece.data.get("objects", "").encode()
    data = {"resource": piece.resource}
    try:
        entries = _DECODER.decode(text)
    except msgspec.DecodeError:
        return msgspec.structs.replace(piece, data=data, entries=(), digest="")
    share_texts(entries)
    return msgspec.structs.replace(piece, data=data, entries=entries, digest=_digest(text))


def named(resource: str, entries: Entries) -> InventoryPiece:
    """A piece of the inventory of a VidraResource, as its status names it."""
    digest = _digest(_ENCODER.encode(entries))
    return InventoryPiece(f"vidra-inventory-{hashed(resource)}-{digest[:16]}", len(entries), digest)


def config_map_of(resource: str, piece: InventoryPiece, entries: Entries) -> dict[str, Any]:
    """The ConfigMap that holds a piece. It has no owner reference (`controllers/runtime/inventory_store.py`)."""
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": piece.name, "labels": {INVENTORY_LABEL: hashed(resource)}},
        "immutable": True,
        "data": {"resource": resource, "objects": _ENCODER.encode(entries).decode()},
    }


def divided(entries: Entries, before: VidraResource, room: int) -> list[Entries]:
    """What stays in the status, and behind it the pieces; only the first where all of it has room there.

    Args:
        before: The VidraResource as it was read, with its whole inventory.
        room: Bytes of entries that the status has room for.
    """
    ends = [0, *accumulate(map(_size, entries))]
    if ends[-1] <= room:
        return [entries]
    head = bisect_right(ends, min(HEAD, max(room, 0))) - 1
    rough = [head]
    for cut in (*_earlier_cuts(before, entries, head), len(entries)):
        small = len(rough) > 1 and ends[cut] - ends[rough[-2]] <= PIECE // 2
        rough[-1 if small else len(rough) :] = [cut]
    fine = [cut for start, end in pairwise(rough) for cut in _parts(start, end, ends)]
    return [entries[:head], *(entries[start:end] for start, end in pairwise([head, *fine]))]


def joined(resource: VidraResource, piece: Callable[[str], StoredPiece | None]) -> VidraResource:
    """The VidraResource with its whole inventory; as it is when that cannot be had.

    Args:
        piece: Returns the piece of a name, if it is known.
    """
    stored = resource.status.inventory
    if stored is None or resource.is_inventory_seen:
        return resource
    found = [piece(each.name) for each in stored.pieces]
    if not all(map(is_right, stored.pieces, found)):
        return resource
    rest = chain.from_iterable(each.entries for each in found if each)
    entries = (*resource.status.managed_resources, *rest)
    if len(entries) != stored.objects:
        return resource
    return _with(resource, managed_resources=entries)


def parts_of(resource: VidraResource) -> list[Entries]:
    """A whole inventory as it is divided: what is in the status, and the pieces."""
    entries, stored = resource.status.managed_resources, resource.status.inventory
    sizes = [piece.objects for piece in stored.pieces] if stored else []
    cuts = [0, *accumulate(sizes, initial=len(entries) - sum(sizes))]
    return [entries[start:end] for start, end in pairwise(cuts)]


def as_stored(resource: VidraResource) -> VidraResource:
    """The VidraResource as the API server has it: without what is in pieces."""
    if resource.status.inventory is None or not resource.is_inventory_seen:
        return resource
    return _with(resource, managed_resources=parts_of(resource)[0])


def is_right(wanted: InventoryPiece, found: StoredPiece | None) -> bool:
    """Whether a piece is the one that a status names."""
    return found is not None and found.digest == wanted.digest and len(found.entries) == wanted.objects


def are_named_well(stored: InventoryPieces) -> bool:
    """Whether these can be names of pieces, and so are safe in a URL path."""
    return bool(_NAMESPACE.fullmatch(stored.namespace)) and all(is_named_well(each.name) for each in stored.pieces)


def is_named_well(name: str) -> bool:
    """Whether this can be the name of a piece."""
    return bool(_NAME.fullmatch(name))


def _earlier_cuts(before: VidraResource, entries: Entries, head: int) -> Iterator[int]:
    """Where the pieces of an earlier inventory begin in this one, except the first."""
    place = head
    for part in parts_of(before)[2:]:
        cut = bisect_left(entries, key_of(part[0]), lo=place, key=key_of)
        if place < cut < len(entries):
            place = cut
            yield cut


def _parts(start: int, end: int, ends: Sequence[int]) -> Iterator[int]:
    """Where a piece is cut that may be too large, and its end."""
    size = ends[end] - ends[start]
    parts = ceil(size / (PIECE // 2)) if size > PIECE else 1
    place = start
    for number in range(1, parts):
        cut = bisect_left(ends, ends[start] + size * number // parts)
        if place < cut < end:
            place = cut
            yield cut
    yield end


def _size(entry: ManagedObject) -> int:
    """Bytes of an entry and a comma, as if it were confirmed."""
    confirmed = (UID + len(entry.uid) if entry.uid else 0) + (REVISION + len(entry.revision) if entry.revision else 0)
    return len(_ENCODER.encode(entry)) + 1 - confirmed + CONFIRMED


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _with(resource: VidraResource, **changes: Any) -> VidraResource:
    return msgspec.structs.replace(resource, status=msgspec.structs.replace(resource.status, **changes))
