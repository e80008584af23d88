"""What is left of a status that Vidra did not write, or of which it cannot tell: pure.

An earlier version wrote it, the key of seals was lost, a backup was restored; or somebody forged it. The objects tell:

                                     entry of the inventory    later
the owner's field manager is on it   gets its UID back         as before
its annotation, held by nobody, is   the same                  the same
neither                              stays without a UID       not deleted, not taken over: `Kept`, `NotOwned`
it does not exist                    stays without a UID       how it ended under this text still counts

An entry without a UID is what an owner writes before it applies an object: it proves nothing (`applied_object.py`), and
nothing is lost by it. One with a revision was applied at some time, as far as the status can be believed.

Invariant: nothing that ended runs again because of a status that cannot be proven. To repeat a payment is worse than
not to repeat it.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from vidra.api.resource import ManagedObject, ResourceStatus
from vidra.apply.applied_object import bears_mark, existed_before
from vidra.apply.desired.digest import LENGTH, Digests, is_plain
from vidra.apply.desired.object import Key
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import LARGEST, Inventory, is_namespace
from vidra.apply.revision import text_of, with_text
from vidra.kube.object_snapshot import ObjectSnapshot

Look = Callable[[ManagedObject], ObjectSnapshot | None]
"""The object of an entry, as last seen; None when it does not exist or cannot be seen."""


def unproven(status: ResourceStatus, digests: Digests, owner: str) -> ResourceStatus:
    """The status without its claims, and without digests that anybody can compute, if there is room for keyed ones.

    Which cluster was behind an address stays: another one there only keeps Vidra from what is in it.

    Args:
        owner: Name of the VidraResource.
    """
    entries = status.managed_resources
    plain = sum(is_plain(text_of(entry)) for entry in entries)
    fits = not plain or len(msgspec.json.encode(status)) + plain * LENGTH < LARGEST
    held = status.held_prune
    return msgspec.structs.replace(
        status,
        managed_resources=tuple(_unproven(entry, digests if fits else None, owner) for entry in entries),
        held_prune=msgspec.structs.replace(held, approved=False) if held else None,
        seal="",
    )


def proven(inventory: Inventory, owner: Owner, look: Look) -> Inventory:
    """The inventory with the UIDs of objects that show themselves that the owner applied them.

    Who created a Namespace it does not show. One of which somebody else holds fields counts as there before.
    """
    changed: dict[Key, ManagedObject] = {}
    for key, entry in inventory.entries.items():
        state = look(entry) if is_unproven(entry) else None
        if state and bears_mark(state, owner):
            joined = entry.joined or (is_namespace(entry) and existed_before(state))
            changed[key] = msgspec.structs.replace(entry, uid=state.uid, joined=joined)
    return Inventory({**inventory.entries, **changed}) if changed else inventory


def is_unproven(entry: ManagedObject) -> bool:
    """Whether an entry says that its object was applied, and not which one it was."""
    return bool(entry.revision) and not entry.uid


def _unproven(entry: ManagedObject, digests: Digests | None, owner: str) -> ManagedObject:
    text = text_of(entry)
    if digests and is_plain(text):
        entry = with_text(entry, digests.sealed(text, owner))
    return msgspec.structs.replace(entry, uid="")
