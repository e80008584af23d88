"""The inventory: the objects that an owner has applied, as listed in its status.

Called by `controllers/resource/apply/apply_and_prune.py`, which writes it ahead, and read by `plan.py`, the applier and
the pruner. Pure: it calls nothing.

Invariant: an object that an owner may have applied is in its inventory until it is confirmed absent or released. The
union of old and new is written before the first apply.

    before the reconcile   A B        wanted: B C
    written ahead          A B C
    after the reconcile    B C        A only if its absence was confirmed
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

import msgspec

from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.revision import is_of_text
from vidra.manifests import Ref

LARGEST = 1_500_000
"""Bytes of one object that an API server stores, inventory and all: etcd takes 1.5 MiB, overhead included."""


class Inventory(msgspec.Struct, frozen=True):
    """The entries by key; never changed in place."""

    entries: dict[Key, ManagedObject]

    @classmethod
    def of(cls, objects: Iterable[ManagedObject]) -> Inventory:
        """The inventory that a status holds."""
        return cls({key_of(entry): entry for entry in objects})

    def ahead(self, wanted: Iterable[DesiredObject]) -> Inventory:
        """Retained: every entry. Added: what is about to be applied, unconfirmed. Removed: nothing.

        An entry whose object is about to get another manifest loses its revision. If the process dies meanwhile, the
        cluster may hold either, and a return to the old manifest must not look up to date.
        """
        changed: dict[Key, ManagedObject] = {}
        for item in wanted:
            entry = self.entries.get(item.key)
            if entry is None:
                changed[item.key] = entry_for(item)
            elif entry.revision and not is_of_text(entry, item.all_digests):
                changed[item.key] = msgspec.structs.replace(entry, revision="", ended="")
        return Inventory({**self.entries, **changed}) if changed else self

    def settled(self, applied: Iterable[ManagedObject], gone: Iterable[Key]) -> Inventory:
        """Retained: unconfirmed entries. Added: what was applied. Removed: what is confirmed absent or released."""
        lost = frozenset(gone)
        entries = {**self.entries, **{key_of(entry): entry for entry in applied}}
        return Inventory({key: entry for key, entry in entries.items() if key not in lost})

    def listing(self) -> tuple[ManagedObject, ...]:
        """The entries in a stable order, for a status."""
        return tuple(self.entries[key] for key in sorted(self.entries))


def share_texts(entries: Iterable[ManagedObject]) -> None:
    """Keep what thousands of entries have in common once in memory: their values stay the same."""
    for entry in entries:
        for name in ("api_version", "kind", "namespace", "server"):
            msgspec.structs.force_setattr(entry, name, sys.intern(getattr(entry, name)))


def key_of(entry: ManagedObject) -> Key:
    """The key of an entry."""
    return Key.of(entry.server, ref_of(entry))


def ref_of(entry: ManagedObject) -> Ref:
    """The object that an entry stands for."""
    return Ref(entry.api_version, entry.kind, entry.namespace, entry.name)


def is_namespace(entry: ManagedObject) -> bool:
    """Whether it is a Namespace, which an owner may have joined."""
    return (entry.api_version, entry.kind) == ("v1", "Namespace")


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
