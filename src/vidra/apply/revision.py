"""The revision of an inventory entry, and whether its object is still as it was applied: pure.

An entry's `revision` is `text-fields-generation-time`: the digest of what was sent, that of the fields that the owner
held after the apply, the object's generation (0 if its kind has none), and when the owner last changed a value, in
hexadecimal seconds since 1970. An entry of an earlier version lacks the time, or the generation too. The digest of what
was sent needs a key (`desired/digest.py`); that of the fields is of their names, and of no values but the keys and
items of lists.
"""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from vidra.api.resource import ManagedObject
from vidra.kube.object_snapshot import ObjectSnapshot


def revision(digest: str, held: str, generation: int = 0, written: int = 0) -> str:
    """The revision of an object that was applied.

    Args:
        digest: Of what was sent.
        held: Digest of the fields that the owner held after it.
        generation: Of the object; 0 if its kind has none.
        written: When the owner last changed a value, in seconds since 1970; 0 if the API server does not say.
    """
    if written:
        return f"{digest}-{held}-{generation}-{written:x}"
    return f"{digest}-{held}-{generation}" if generation else f"{digest}-{held}"


def held_of(entry: ManagedObject) -> str:
    """Digest of the fields that the owner held when the object was applied; empty if that was not confirmed."""
    return f"{entry.revision}-".split("-")[1]


def generation_of(entry: ManagedObject) -> int:
    """The generation of the object when it was applied; 0 if it has none, or it is not known."""
    return int(_part(entry, 2) or 0)


def written_of(entry: ManagedObject) -> int:
    """When the owner had last changed a value after the apply, in seconds since 1970; 0 if that is not known."""
    return int(_part(entry, 3) or "0", 16)


def text_of(entry: ManagedObject) -> str:
    """Digest of what was sent; empty if the object may have been applied with any manifest."""
    return _part(entry, 0)


def with_text(entry: ManagedObject, digest: str) -> ManagedObject:
    """The entry with another digest of what was sent."""
    return msgspec.structs.replace(entry, revision=digest + entry.revision[len(text_of(entry)) :])


def is_of_text(entry: ManagedObject, digests: Collection[str]) -> bool:
    """Whether the object was applied, or is about to be, with the manifest that has these digests."""
    return bool(entry.revision) and text_of(entry) in digests


def is_up_to_date(entry: ManagedObject, live: ObjectSnapshot | None, manager: str, *, ended: bool) -> bool:
    """Whether an object is as it was applied: the same object, not terminating, all its fields still held by its owner.

    Args:
        live: As the informer shows it; None when it does not exist.
        ended: It ended by itself: then it is up to date when it does not exist.
    """
    if live is None:
        return ended and bool(entry.revision)
    return live.uid == entry.uid and not live.terminating and held_of(entry) == live.digest(manager)


def _part(entry: ManagedObject, number: int) -> str:
    return next(iter(entry.revision.split("-")[number : number + 1]), "")
