"""The revision of an inventory entry, and whether its object is still as it was applied: pure.

An entry's `revision` is `text-fields-generation`: the digest of what was sent, that of the fields that the owner held
after the apply, and the object's generation, if its kind has one.
"""

from __future__ import annotations

from vidra.api.resource import ManagedObject
from vidra.kube.object_snapshot import ObjectSnapshot


def revision(digest: str, held: str, generation: int = 0) -> str:
    """What was sent, the fields held after it, and the generation if the kind has one."""
    return f"{digest}-{held}-{generation}" if generation else f"{digest}-{held}"


def held_of(entry: ManagedObject) -> str:
    """Digest of the fields that the owner held when the object was applied; empty if that was not confirmed."""
    return f"{entry.revision}-".split("-")[1]


def generation_of(entry: ManagedObject) -> int:
    """The generation of the object when it was applied; 0 if it has none, or it is not known."""
    return int(entry.revision.split("-")[2]) if entry.revision.count("-") == 2 else 0


def is_of_text(entry: ManagedObject, digest: str) -> bool:
    """Whether the object was applied, or is about to be, with the manifest of this digest."""
    return entry.revision.startswith(f"{digest}-")


def is_up_to_date(entry: ManagedObject, live: ObjectSnapshot | None, manager: str, *, ended: bool) -> bool:
    """Whether an object is as it was applied: the same object, not terminating, all its fields still held by its owner.

    Args:
        live: As the informer shows it; None when it does not exist.
        ended: It ended by itself: then it is up to date when it does not exist.
    """
    if live is None:
        return ended and bool(entry.revision)
    return live.uid == entry.uid and not live.terminating and held_of(entry) == live.digest(manager)
