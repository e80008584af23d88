"""What an owner has in a cluster.

Invariant: anything that an owner may have applied is in its inventory until it is confirmed gone or let go. The union
of old and new is written before the first apply.

    before the pass   A B        wanted: B C
    written ahead     A B C
    after the pass    B C        A only if its absence was confirmed
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import DesiredObject, Key
from vidra.manifests import Ref


class Inventory(msgspec.Struct, frozen=True):
    """The entries by key; never changed in place."""

    entries: dict[Key, ManagedObject]

    @classmethod
    def of(cls, objects: Iterable[ManagedObject]) -> Inventory:
        """The inventory that a status holds."""
        return cls({key_of(entry): entry for entry in objects})

    def ahead(self, wanted: Iterable[DesiredObject]) -> Inventory:
        """Retained: every entry. Added: what is about to be applied, unconfirmed. Removed: nothing.

        An entry whose object is about to get another text forgets its revision: should the process die over it, what
        is in the cluster is neither, and going back to the old text must not look as if nothing were to be done.
        """
        changed: dict[Key, ManagedObject] = {}
        for item in wanted:
            entry = self.entries.get(item.key)
            if entry is None:
                changed[item.key] = entry_for(item)
            elif entry.revision and not entry.revision.startswith(f"{item.digest}-"):
                changed[item.key] = msgspec.structs.replace(entry, revision="", ended="")
        return Inventory({**self.entries, **changed}) if changed else self

    def settled(self, applied: Iterable[ManagedObject], gone: Iterable[Key]) -> Inventory:
        """Retained: what nothing is known of. Added: nothing. Removed: what is confirmed gone or let go."""
        lost = frozenset(gone)
        entries = {**self.entries, **{key_of(entry): entry for entry in applied}}
        return Inventory({key: entry for key, entry in entries.items() if key not in lost})

    def listing(self) -> tuple[ManagedObject, ...]:
        """The entries in a stable order, for a status."""
        return tuple(self.entries[key] for key in sorted(self.entries))


def key_of(entry: ManagedObject) -> Key:
    """The key of an entry."""
    return Key.of(entry.server, ref_of(entry))


def ref_of(entry: ManagedObject) -> Ref:
    """The object that an entry stands for."""
    return Ref(entry.api_version, entry.kind, entry.namespace, entry.name)


def entry_for(item: DesiredObject, uid: str = "", revision: str = "", *, joined: bool = False) -> ManagedObject:
    """The entry of an object; without a UID: written ahead, not confirmed."""
    ref = item.ref
    return ManagedObject(
        api_version=ref.api_version,
        kind=ref.kind,
        name=ref.name,
        namespace=ref.namespace,
        server=item.server,
        uid=uid,
        revision=revision,
        joined=joined,
        wave=item.wave,
    )
