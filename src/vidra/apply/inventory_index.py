"""Which other VidraResources have an object in their inventory, whatever the object's own marks say.

Invariant: an object is deleted only when no other VidraResource of this hub has it in its inventory. Anybody can change
`managedFields` and annotations; the inventories are Vidra's own. A release is recorded here at once, before the status
says it: if several owners are deleted together, the last one deletes the object.

The inventories also remember how an object ended under a manifest. That holds for any owner with the same manifest.
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
    """It has applied this very object, as the UID in its entry or its mark tells; otherwise it is about to."""
    here: bool
    """This replica reconciles it, so its releases are known at once."""


class Place(msgspec.Struct, frozen=True):
    """Where an object is, and which one."""

    server: str
    cluster: str
    """Start of the UID of the cluster; empty while unknown."""
    uid: str
    """Of the object."""
    unheld: tuple[str, ...] = ()
    """The annotations of owners on the object that no field manager holds (`applied_object.py`)."""


class Claims:
    """The inventories of all VidraResources, by object.

    The index is built at the first query; from then on only what changed is read again.

    Args:
        resources: All of this hub.
        here: Whether this replica reconciles one.
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
        """This owner has released the object; its status will follow."""
        self._let_go.setdefault(owner.name, set()).add(key_of(entry))

    def wants(self, owner: Owner, keys: Iterable[Key]) -> None:
        """This owner is about to apply these objects, or to apply them again."""
        if owner.name in self._let_go:
            self._let_go[owner.name] -= set(keys)

    def of_same_text(self, owner: Owner, item: DesiredObject, cluster: str) -> Iterator[ManagedObject]:
        """Other inventories' entries of an object that they applied from this same manifest, as entries of this owner.

        A released entry counts if the object had ended before: that stays true for any owner.

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
            owner = Owner(self._hub, name)
            marked = owner.mark in place.unheld
            if key_of(item) not in gone and (marked or item.uid in {"", place.uid}):
                return Claim(owner.manager, owner.mark, confirmed=marked or bool(item.uid), here=self._here(resource))
        return None

    def _entries(self, name: str, entry: ManagedObject, place: Place) -> Iterator[tuple[VidraResource, ManagedObject]]:
        """The entries in another inventory for the object's key, whichever UID they have."""
        resource, key = self._resources.get(name), key_of(entry)
        if resource is None:
            return
        for item in resource.status.managed_resources:
            if item.name == entry.name and key_of(item)[1:] == key[1:] and self._is_at(resource, item.server, place):
                yield resource, item

    def _is_at(self, resource: VidraResource, server: str, place: Place) -> bool:
        """Whether a server in another inventory is this cluster: by its UID if known, else by its address."""
        known = {item.server: hub_of(item.uid) for item in resource.status.clusters}
        theirs, ours = known.get(server, "") if server else self._hub, place.cluster if place.server else self._hub
        return theirs == ours if theirs and ours else server.rstrip("/") == place.server.rstrip("/")

    def _changed(self, old: VidraResource | None, new: VidraResource | None) -> None:
        item = new or old
        if item is not None:
            self._stale.add(item.metadata.name)
            self._forget(item.metadata.name, new)

    def _forget(self, name: str, resource: VidraResource | None) -> None:
        """A release need not be remembered once the status says it."""
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
    """A number in place of a key, to save memory; each match is then compared in full."""
    return hash((entry.kind, entry.namespace, entry.name))
