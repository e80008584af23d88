"""What an entry of the inventory says of its object as it was applied, and whether the object still is so: pure.

An entry's `revision` is `text-fields-generation`: the digest of what was sent, that of the fields which the owner held
afterwards, and the object's generation if its kind has any.
"""

from __future__ import annotations

from vidra.api.resource import ManagedObject
from vidra.kube.object_snapshot import ObjectSnapshot


def revision(digest: str, held: str, generation: int = 0) -> str:
    """What was sent, and what the API server made of it: fields held, and the generation if the kind has any."""
    return f"{digest}-{held}-{generation}" if generation else f"{digest}-{held}"


def held_of(entry: ManagedObject) -> str:
    """Digest of the fields that the owner held when the object was applied; empty if that was not confirmed."""
    return f"{entry.revision}-".split("-")[1]


def generation_of(entry: ManagedObject) -> int:
    """The generation of the object when it was applied; 0 where it has none, or that is not known."""
    return int(entry.revision.split("-")[2]) if entry.revision.count("-") == 2 else 0


def is_of_text(entry: ManagedObject, digest: str) -> bool:
    """Whether the object was applied, or is about to be, with the text of this digest."""
    return entry.revision.startswith(f"{digest}-")


def is_up_to_date(entry: ManagedObject, live: ObjectSnapshot | None, manager: str, *, ended: bool) -> bool:
    """Whether an object is the one that was applied, not on its way out, with all its fields still its owner's.

    Args:
        live: As the informer shows it; None when it is not there.
        ended: It came to its end by itself: then it is as it should be when it is not there.
    """
    if live is None:
        return ended and bool(entry.revision)
    return live.uid == entry.uid and not live.terminating and held_of(entry) == live.digest(manager)
