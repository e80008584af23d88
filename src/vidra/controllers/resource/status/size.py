"""Checks whether an inventory fits into the status of its VidraResource: pure.

Invariant: nothing is applied whose entry cannot be written, before and after; and the status says that it cannot.
"""

from __future__ import annotations

import msgspec

from vidra.api.conditions import ConditionType, find
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.apply.desired.digest import LENGTH
from vidra.apply.inventory import Inventory
from vidra.controllers.runtime.predicates import requested_at

LIMIT = 1_500_000
"""Bytes of one object that an API server stores: etcd takes 1.5 MiB, overhead included."""
CONFIRMED = len(',"uid":"","revision":""') + 36 + LENGTH + 13
"""Bytes by which an entry grows when it is confirmed."""
FEW = 1_000
"""Entries that fit, however long their names are."""


class TooLarge(Exception):  # noqa: N818 - a state of the VidraResource
    """The status of a VidraResource is too large to be written; the message says what to do."""


def must_fit(resource: VidraResource, inventory: Inventory) -> None:
    """Check that an inventory can still be written when all of it is applied.

    Raises:
        TooLarge: It cannot.
    """
    count = len(inventory.entries)
    if count <= FEW:
        return
    growing = sum(CONFIRMED for entry in inventory.entries.values() if not entry.uid)
    beside = len(msgspec.json.encode(resource.spec))
    size = len(msgspec.json.encode(list(inventory.entries.values()))) + growing
    if size + beside > LIMIT:
        room = LIMIT - beside
        message = f"the inventory of its {count} objects takes {_mb(size)}, and there is room for {_mb(room)}"
        raise TooLarge(f"{message}: nothing of this text is applied. {DIVIDE}")


def refused(objects: int, size: int, why: str) -> TooLarge:
    """The error for a status of so many bytes that the API server does not accept."""
    return TooLarge(f"the inventory of its {objects} objects ({_mb(size)}) cannot be written ({why}). {DIVIDE}")


def check_overfull(resource: VidraResource) -> None:
    """Do not retry a manifest that was too large, unless a reconcile is requested.

    Else its objects would be applied again and again, because the status can never confirm them.

    Raises:
        TooLarge: With the message from before.
    """
    status = resource.status
    ready = find(status.conditions, ConditionType.READY)
    same = (
        ready is not None
        and ready.reason == Reason.TOO_LARGE
        and ready.observed_generation >= resource.metadata.generation
        and status.last_handled_requested_at == requested_at(resource.metadata)
    )
    if ready and same:
        raise TooLarge(ready.message)


DIVIDE = "Divide the artifact into smaller ones, and delete what is left behind with this VidraResource"


def _mb(size: int) -> str:
    return f"{max(size, 0) / 1_000_000:.2f} MB"
