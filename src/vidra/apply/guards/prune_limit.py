"""A prune that somebody has to agree to, from the pass that finds it until its last object is gone: pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import msgspec

from vidra.api.names import APPROVE_PRUNE
from vidra.api.resource import HeldPrune, ManagedObject
from vidra.apply.desired.object import Key
from vidra.apply.field_owner import hashed
from vidra.apply.inventory import key_of, ref_of
from vidra.common.text import limited

NAMED = 5
"""Objects that the message names."""


def review(
    going: Sequence[ManagedObject], total: int, limit: int, last: HeldPrune | None, approval: str
) -> HeldPrune | None:
    """Whether a prune needs somebody's word, and has it; None when it needs none.

    Args:
        going: What would be lost.
        total: Entries in the inventory. While a prune is held new objects are added to it, which must not let the old
            ones go: what counts is how many there were when it was held first.
        limit: Percentage of the total that may go.
        last: What the last pass found.
        approval: The set that somebody agreed to.
    """
    name = _id(going)
    if last and last.approved and last.id == name:
        return last
    total = last.of if last else total
    if not held(going, total, limit):
        return None
    return HeldPrune(id=name, objects=len(going), of=total, approved=name == approval)


def remaining(found: HeldPrune | None, going: Sequence[ManagedObject], gone: Collection[Key]) -> HeldPrune | None:
    """What is still to come of it: what was agreed to holds for the rest too."""
    left = [entry for entry in going if key_of(entry) not in gone]
    if found is None or not left:
        return None
    return msgspec.structs.replace(found, id=_id(left), objects=len(left))


def request(name: str, found: HeldPrune, going: Sequence[ManagedObject], limit: int) -> str:
    """What to tell a person.

    Args:
        name: Of the VidraResource.
    """
    named = limited([ref_of(entry) for entry in going], NAMED)
    return (
        f"{found.objects} of {found.of} objects would be pruned, which is more than pruneLimit ({limit} %) allows: "
        f"{named}. Nothing is pruned until somebody agrees: "
        f"kubectl annotate vidraresource {name} {APPROVE_PRUNE}={found.id} --overwrite"
    )


def _id(entries: Sequence[ManagedObject]) -> str:
    # With the UIDs: agreeing once does not cover objects that are made anew under the same names.
    return set_id(" ".join((*key_of(entry), entry.uid)) for entry in entries)


ALWAYS_ALLOWED = 10
"""So many may always go: a share of few says little."""


def held(names: Collection[object], total: int, limit: int) -> bool:
    """Whether so many of all are too many to go unasked.

    Args:
        names: What would go.
        total: How many there are, with those that would go.
        limit: Percentage that may go; 100 holds nothing.
    """
    return len(names) > ALWAYS_ALLOWED and len(names) * 100 > limit * total


def set_id(names: Iterable[str]) -> str:
    """What an approval has to name: it stands for this very set, so that no other is approved by it."""
    return hashed("\n".join(sorted(set(names))))[:10]
