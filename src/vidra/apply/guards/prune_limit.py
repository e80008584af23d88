"""How much one change may prune without somebody's word: one rule for VidraResources and for syncs. Pure.

Invariant: what is too much at once is pruned only when somebody agreed to this very set. Nothing that is added while it
is held lets it be pruned, and an approval is for no other set.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from vidra.api.held_prune import HeldPrune, HeldSet
from vidra.api.names import APPROVE_PRUNE, RESOURCE_KIND
from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import Key
from vidra.apply.field_owner import hashed
from vidra.apply.inventory import key_of, ref_of
from vidra.common.text import limited

ALWAYS_ALLOWED = 10
"""So many objects may always be pruned: a share of few says little."""
NAMED = 5
"""Objects that the message names."""


def evaluate(
    names: Iterable[str], lost: int, total: int, *, limit: int, previous: HeldSet | None, approval: str
) -> HeldPrune | None:
    """Whether a prune needs somebody's word, and has it; None when it needs none.

    Args:
        names: What an approval stands for: one for each thing that would be pruned.
        lost: Objects that would be deleted.
        total: Objects there are, with those. While a prune is held new ones are added, which must not let the old ones
            be pruned: their share is one of the least that there were since it was held first.
        limit: Percentage of the total that may be pruned; 100 holds nothing.
        previous: What the last reconcile held.
        approval: The set that somebody agreed to.
    """
    name = set_id(names)
    if isinstance(previous, HeldPrune) and previous.approved and previous.id == name:
        return previous
    of = min(previous.of, total) if previous else total
    if not exceeds(lost, of, limit):
        return None
    return HeldPrune(id=name, objects=lost, of=of, approved=name == approval)


def exceeds(lost: int, total: int, limit: int) -> bool:
    """Whether so many objects of all are too many to be pruned unasked."""
    return lost > ALWAYS_ALLOWED and lost * 100 > limit * total


def remaining(found: HeldPrune | None, going: Sequence[ManagedObject], gone: Collection[Key]) -> HeldPrune | None:
    """What is still to come of it: what was agreed to holds for the rest too."""
    left = [entry for entry in going if key_of(entry) not in gone]
    if found is None or not left:
        return None
    return msgspec.structs.replace(found, id=set_id(object_names(left)), objects=len(left))


def object_names(entries: Iterable[ManagedObject]) -> Iterable[str]:
    """Objects as an approval names them: with the UIDs, so that it does not cover what is recreated under a name."""
    return (" ".join((*key_of(entry), entry.uid)) for entry in entries)


def set_id(names: Iterable[str]) -> str:
    """What an approval has to name: it stands for this very set, so that no other is approved by it."""
    return hashed("\n".join(sorted(set(names))))[:10]


def approve_command(kind: str, name: str, held: str) -> str:
    """The command that agrees to a set."""
    return f"kubectl annotate {kind.lower()} {name} {APPROVE_PRUNE}={held} --overwrite"


def request(name: str, found: HeldPrune, going: Sequence[ManagedObject], limit: int) -> str:
    """What to tell a person about the objects of a VidraResource.

    Args:
        name: Of the VidraResource.
    """
    named = limited([ref_of(entry) for entry in going], NAMED)
    return (
        f"{found.objects} of {found.of} objects would be pruned, which is more than pruneLimit ({limit} %) allows: "
        f"{named}. Nothing is pruned until somebody agrees: {approve_command(RESOURCE_KIND, name, found.id)}"
    )
