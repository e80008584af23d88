"""How much one change may prune without an approval: one rule for VidraResources and for syncs. Pure.

Invariant: a set above the limit is pruned only after a person approved exactly this set. Additions while it is held do
not release it, and an approval is for no other set.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence

import msgspec

from vidra.api.held_prune import HeldPrune, HeldSet
from vidra.api.names import APPROVE_PRUNE, RESOURCE_KIND
from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import Key
from vidra.apply.field_owner import hashed
from vidra.apply.inventory import key_of, ref_of
from vidra.common.text import command_line, limited

ALWAYS_ALLOWED = 10
"""So many objects may always be pruned: a percentage of few objects says little."""
NAMED = 5
"""Objects that the message names."""
LENGTH = 32
"""Hex characters of an id."""
FORMER_LENGTH = 10
"""Those of earlier versions: how the id starts."""


def evaluate(
    names: Iterable[str], lost: int, total: int, *, limit: int, previous: HeldSet | None, approval: str
) -> HeldPrune | None:
    """Whether a prune needs an approval, and has it; None when it needs none.

    Args:
        names: What an approval is for: one name for each thing that would be pruned.
        lost: Objects that would be deleted.
        total: Number of existing objects, those included. While a prune is held new ones are added, which must not
            release it: the share is of the smallest total since it was first held.
        limit: Percentage of the total that may be pruned; 100 holds nothing.
        previous: What the last reconcile held.
        approval: The set that a person approved.
    """
    name = set_id(names)
    if previous and is_same_id(previous.id, name):
        name = previous.id
    if isinstance(previous, HeldPrune) and previous.approved and previous.id == name:
        return previous
    of = min(previous.of, total) if previous else total
    if not exceeds(lost, of, limit):
        return None
    return HeldPrune(id=name, objects=lost, of=of, approved=name == approval)


def exceeds(lost: int, total: int, limit: int) -> bool:
    """Whether so many of all objects are too many to prune without an approval."""
    return lost > ALWAYS_ALLOWED and lost * 100 > limit * total


def remaining(found: HeldPrune | None, going: Sequence[ManagedObject], gone: Collection[Key]) -> HeldPrune | None:
    """The rest of a held set: an approval counts for the rest too."""
    left = [entry for entry in going if key_of(entry) not in gone]
    if found is None or not left:
        return None
    if len(left) == len(going):
        return found
    return msgspec.structs.replace(found, id=set_id(object_names(left)), objects=len(left))


def object_names(entries: Iterable[ManagedObject]) -> Iterable[str]:
    """Objects as an approval names them: with the UIDs, so that it does not cover what is recreated under a name."""
    return (" ".join((*key_of(entry), entry.uid)) for entry in entries)


def set_id(names: Iterable[str]) -> str:
    """The id of a set, which an approval names: nobody can make two sets that have the same."""
    text = "\n".join(sorted(set(names)))
    return hashed(text)[:FORMER_LENGTH] + hashlib.sha256(text.encode()).hexdigest()[: LENGTH - FORMER_LENGTH]


def is_same_id(held: str, name: str) -> bool:
    """Whether an id from a status is that of a set, as it is made now or as earlier versions made it.

    A set that an earlier version held keeps its id while it is held, and with it an approval. No other set has it.

    Args:
        held: The id in the status.
        name: The id of the set as it is now.
    """
    return held in {name, name[:FORMER_LENGTH]}


def approve_command(kind: str, name: str, held: str) -> str:
    """The command that approves a set."""
    return command_line("kubectl", "annotate", kind.lower(), name, f"{APPROVE_PRUNE}={held}", "--overwrite")


def request(name: str, found: HeldPrune, going: Sequence[ManagedObject], limit: int) -> str:
    """The message about the held objects of a VidraResource.

    Args:
        name: Of the VidraResource.
    """
    named = limited([ref_of(entry) for entry in going], NAMED)
    return (
        f"{found.objects} of {found.of} objects would be pruned, which is more than pruneLimit ({limit} %) allows: "
        f"{named}. Nothing is pruned until it is approved: {command_line('vidra', 'approve', name)}, or "
        f"{approve_command(RESOURCE_KIND, name, found.id)}"
    )
