"""Which other VidraResources have an object in their inventory, whatever the object itself says of its owners.

Invariant: an object is deleted only when no other VidraResource of this hub has it in its inventory. `managedFields`
and annotations are in everybody's hands; the inventories are Vidra's own. Whoever lets go of an object says so here at
once, before its status does: of owners that go together the last one deletes it.

They also remember what became of an object under a text, which holds for the same text in other hands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from vidra.api.resource import ManagedObject, VidraResource
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.field_owner import Owner, hub_of
from vidra.apply.inventory import entry_for, key_of
from vidra.kube.store import Store


class Claim(msgspec.Struct, frozen=True):
    """Another VidraResource that has an object in its inventory."""

    manager: str
    """Its field manager."""
    mark: str
    """Its annotation on what it owns."""
    confirmed: bool
    """It has applied this very object; otherwise it is about to apply it, or has just done so."""
    here: bool
    """This replica works on it, so that it is known at once what it lets go of."""


class Place(msgspec.Struct, frozen=True):
    """Where an object is, and which one it is."""

    server: str
    cluster: str
    """Start of the UID of the cluster; empty as long as it is not known."""
    uid: str
    """Of the object."""


class Claims:
    """The inventories of all VidraResources, by object.

    Nothing is kept before somebody asks for the first time; from then on only what changed is read again.

    Args:
        resources: All of this hub.
        here: Whether this replica works on one.
    """

    def __init__(
        self, resources: Store[VidraResource], hub: str, here: Callable[[VidraResource], bool] = lambda _: True
    ) -> None:
        self._here = here
        self._resources = resources
        self._hub = hub
        self._indexed: dict[str, tuple[ManagedObject, ...]] = {}
        self._names: dict[int, tuple[str, ...]] = {}
        self._let_go: dict[str, set[Key]] = {}
        self._stale = {item.metadata.name for item in resources}
        resources.listen(self._changed)

    def others(self, owner: Owner, entry: ManagedObject, place: Place) -> tuple[Claim, ...]:
        """The other VidraResources that have an object."""
        self._refresh()
        names = self._names.get(_hash(entry), ())
        found = (self._claim(name, entry, place) for name in names if name != owner.name)
        return tuple(claim for claim in found if claim)

    def let_go(self, owner: Owner, entry: ManagedObject) -> None:
        """This owner has released the object; its status will say so."""
        self._let_go.setdefault(owner.name, set()).add(key_of(entry))

    def wants(self, owner: Owner, keys: Iterable[Key]) -> None:
        """This owner is about to apply these objects, again perhaps."""
        if owner.name in self._let_go:
            self._let_go[owner.name] -= set(keys)

    def of_same_text(self, owner: Owner, item: DesiredObject, cluster: str) -> Iterator[ManagedObject]:
        """What others have written down of an object that they applied from this very text, as entries of this owner.

        What they let go of counts if it had ended before: that happened, whoever has the object.

        Args:
            cluster: Start of the UID of the cluster.
        """
        self._refresh()
        new, place = entry_for(item), Place(item.server, cluster, "")
        for name in self._names.get(_hash(new), ()):
            if name == owner.name:
                continue
            text, gone = f"{item.digest_for(Owner(self._hub, name))}-", self._let_go.get(name, ())
            for _, its in self._entries(name, new, place):
                if its.revision.startswith(text) and (its.ended or key_of(its) not in gone):
                    yield msgspec.structs.replace(new, uid=its.uid, revision=f"{item.digest}-", ended=its.ended)

    def _claim(self, name: str, entry: ManagedObject, place: Place) -> Claim | None:
        gone = self._let_go.get(name, ())
        for resource, item in self._entries(name, entry, place):
            if key_of(item) not in gone and item.uid in {"", place.uid}:
                owner = Owner(self._hub, name)
                mark = next(iter(owner.annotations))
                return Claim(owner.manager, mark, confirmed=bool(item.uid), here=self._here(resource))
        return None

    def _entries(self, name: str, entry: ManagedObject, place: Place) -> Iterator[tuple[VidraResource, ManagedObject]]:
        """What another inventory has of the object of this key, whichever object that was."""
        resource, key = self._resources.get(name), key_of(entry)
        if resource is None:
            return
        for item in resource.status.managed_resources:
            if item.name == entry.name and key_of(item)[1:] == key[1:] and self._is_at(resource, item.server, place):
                yield resource, item

    def _is_at(self, resource: VidraResource, server: str, place: Place) -> bool:
        """Whether a server of another inventory is the cluster: by its UID if that is known, else by its address."""
        known = {item.server: hub_of(item.uid) for item in resource.status.clusters}
        theirs, ours = known.get(server, "") if server else self._hub, place.cluster if place.server else self._hub
        return theirs == ours if theirs and ours else server.rstrip("/") == place.server.rstrip("/")

    def _changed(self, old: VidraResource | None, new: VidraResource | None) -> None:
        item = new or old
        if item is not None:
            self._stale.add(item.metadata.name)
            self._forget(item.metadata.name, new)

    def _forget(self, name: str, resource: VidraResource | None) -> None:
        """What was let go of need not be remembered once the status says so."""
        gone = self._let_go.get(name)
        if gone is None:
            return
        gone &= {key_of(item) for item in resource.status.managed_resources} if resource else set()
        if not gone:
            del self._let_go[name]

    def _refresh(self) -> None:
        while self._stale:
            name = self._stale.pop()
            resource = self._resources.get(name)
            now = resource.status.managed_resources if resource else ()
            before = self._indexed.pop(name, ())
            if now != before:
                self._index(name, before, now)
            if now:
                self._indexed[name] = now

    def _index(self, name: str, before: Iterable[ManagedObject], now: Iterable[ManagedObject]) -> None:
        old, new = {_hash(item) for item in before}, {_hash(item) for item in now}
        for digest in old - new:
            names = tuple(item for item in self._names.pop(digest, ()) if item != name)
            if names:
                self._names[digest] = names
        for digest in new - old:
            self._names[digest] = (*self._names.get(digest, ()), name)


def _hash(entry: ManagedObject) -> int:
    """A number in place of a key: it takes little memory, and whoever is found by it is looked at."""
    return hash((entry.kind, entry.namespace, entry.name))
