"""Whether a live object is the one that an owner applied: pure.

Called by the applier and the pruner for an object in the owner's inventory; `inventory_index.py` asks the same about
other owners. An entry that was written ahead has no UID before the API server confirmed it, or that of an object which
was recreated since. If the process dies in between, the object itself has to tell.

Invariant: an object that an owner applied stays known as its own although its UID was not recorded, unless somebody
removed every sign of it; and an object that somebody else created is never taken for it. The signs, any of which will
do:

    the UID of the entry
    the owner's field manager on the object
    its annotation, held by no field manager: who wrote it lost the entry in managedFields. An annotation that somebody
        copied, from a backup for example, is held by who created that object

Without any of them the object stays: nobody can tell whose it is.
"""

from __future__ import annotations

from vidra.api.resource import ManagedObject
from vidra.apply.field_owner import Owner
from vidra.kube.object_snapshot import ObjectSnapshot


def is_applied(entry: ManagedObject, state: ObjectSnapshot, owner: Owner) -> bool:
    """Whether this is the object that the owner applied."""
    return state.uid == entry.uid or bool(state.digest(owner.manager)) or owner.mark in state.unheld


def bears_mark(state: ObjectSnapshot, owner: Owner) -> bool:
    """Whether the object itself tells that the owner applied it.

    The UID of an entry does not: who may write the status of a VidraResource can enter any object.
    """
    return bool(state.digest(owner.manager)) or owner.mark in state.unheld


def is_held_by_others(state: ObjectSnapshot, owner: Owner) -> bool:
    """Whether anybody else holds fields of an object, under whatever name."""
    return state.shared or any(name != owner.manager for name, _ in state.holders)


def existed_before(state: ObjectSnapshot) -> bool:
    """Whether an object existed before any owner, as far as known: another manager holds fields of it, or nobody."""
    return state.shared or not state.holders
