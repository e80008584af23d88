"""Which other VidraResources have an object in their inventory, whatever the object's own marks say.

Invariant: an object is deleted only when no other VidraResource of this hub has it in its inventory. Anybody can change
`managedFields` and annotations; the inventories are Vidra's own. A release is recorded here at once, before the status
says it: if several owners are deleted together, the last one deletes the object.

Invariant: what an inventory says of one address counts for another one only if both are known to lead to one cluster
(`SameServer`). Equal UIDs are no proof: whoever runs an API server chooses the UID that it shows. Without proof an
inventory is believed as far as the object itself confirms it, by the other owner's mark.

The inventories also remember how an object ended under a manifest. That holds for any owner with the same manifest.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container, Iterable, Iterator

import msgspec

from vidra.api.destination_server import address_of
from vidra.api.resource import ManagedObject, VidraResource
from vidra.apply.desired.digest import Digests
from vidra.apply.desired.object import DesiredObject, Key
from vidra.apply.field_owner import Owner, hub_of
from vidra.apply.inventory import entry_for, key_of
from vidra.apply.recognized_texts import is_same_text
from vidra.common.urls import same_server
from vidra.kube.errors import KubeError
from vidra.kube.store import Store

Route = tuple[str, str]
"""The server and context of a destination."""
SameServer = Callable[[Route, Route], bool]
"""Whether two routes are known to lead to one API server."""
ReadResource = Callable[[str], Awaitable[VidraResource | None]]
"""Reads the VidraResource with this field manager from the API server; None when there is none."""


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
    holder: VidraResource
    proven: bool
    """It is known to be in the same cluster; otherwise only its cluster says so."""
    equal: bool
    """It acts there as the same account, and by the same route."""
    heads_there: bool
    """The cluster is its destination; otherwise it was, and nothing more is applied there."""
    server: str = ""
    """How it reaches the cluster."""
    marked: bool = False
    """Its mark is on the object, held by nobody: it has applied the object, whatever its inventory says."""

    def owns(self, marks: Container[str]) -> bool:
        """Whether it has applied this very object, as far as the object's annotations confirm it if they have to."""
        return self.confirmed and (self.proven or self.mark in marks)

    @property
    def keeps(self) -> bool:
        """Whether the object is expected to stay for it, by what is known without a request."""
        return self.proven and (self.marked or self.equal)


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
        digests: Those of this installation.
        here: Whether this replica reconciles one.
        same: Whether two different routes lead to one API server.
        read: Asks the API server, where the store may be late; None: the store is not.
    """

    def __init__(
        self,
        resources: Store[VidraResource],
        hub: str,
        here: Callable[[VidraResource], bool] = lambda _: True,
        same: SameServer = lambda _one, _other: False,
        read: ReadResource | None = None,
        *,
        digests: Digests,
    ) -> None:
        self._digests = digests
        self._read = read
        self._here = here
        self._same = same
        self._resources = resources
        self._hub = hub
        self._indexed: dict[str, tuple[ManagedObject, ...]] = {}
        self._names: dict[int, tuple[str, ...]] = {}
        self._let_go: dict[str, set[Key]] = {}
        self._waiting: dict[str, dict[Key, float]] = {}
        self._unseen: set[str] = set()
        """Those of whose inventory something cannot be seen."""
        self._stale = {item.metadata.name for item in resources}
        resources.listen(self._changed)

    def others(self, owner: Owner, entry: ManagedObject, place: Place) -> tuple[Claim, ...]:
        """The other VidraResources that have an object."""
        self._refresh()
        mine = self._resources.get(owner.name)
        names = dict.fromkeys((*self._names.get(_hash(entry), ()), *self._unseen))
        found = (self._claim(name, entry, place, mine) for name in names if name != owner.name)
        return tuple(claim for claim in found if claim)

    def listed(self, entry: ManagedObject, place: Place) -> frozenset[str]:
        """The field managers of all VidraResources that have an object in their inventories, under whichever UID."""
        self._refresh()
        found = (self._resources.get(name) for name in self._names.get(_hash(entry), ()))
        return frozenset(
            Owner(self._hub, item.metadata.name).manager for item in found if item and self._lists(item, entry, place)
        )

    async def confirms(self, manager: str, entry: ManagedObject, place: Place) -> bool:
        """Whether a VidraResource with this field manager has an object in its inventory, as far as can be found out.

        One that never wrote an inventory, as after it was restored from a backup, may have anything; so may one of
        whose inventory something cannot be seen.
        """
        if self._read is None:
            return manager in self.listed(entry, place)
        try:
            resource = await self._read(manager)
        except KubeError:
            return True
        if resource is None:
            return False
        known = resource.has_status and resource.is_inventory_seen
        return not known or self._lists(resource, entry, place)

    def let_go(self, owner: Owner, entry: ManagedObject) -> None:
        """This owner has released the object; its status will follow."""
        self._let_go.setdefault(owner.name, set()).add(key_of(entry))

    def wants(self, owner: Owner, keys: Iterable[Key]) -> None:
        """This owner is about to apply these objects, or to apply them again."""
        gone, waiting = self._let_go.get(owner.name, set()), self._waiting.get(owner.name, {})
        for key in keys if gone or waiting else ():
            gone.discard(key)
            waiting.pop(key, None)

    def waiting(self, owner: Owner) -> dict[Key, float]:
        """Since when (monotonic) an owner waits before it removes objects that others have announced; it adds to it.

        Lost at a restart: then the waits begin again.
        """
        return self._waiting.setdefault(owner.name, {})

    def of_same_text(self, owner: Owner, item: DesiredObject, cluster: str) -> Iterator[ManagedObject]:
        """Other inventories' entries of an object that they applied from this same manifest, as entries of this owner.

        A released entry counts if the object had ended before: that stays true for any owner.

        Args:
            cluster: Start of the UID of the cluster.
        """
        self._refresh()
        new, place = entry_for(item), Place(item.server, cluster, "")
        mine = self._resources.get(owner.name)
        for name in self._names.get(_hash(new), ()):
            if name == owner.name:
                continue
            same, gone = item.digests_for(Owner(self._hub, name), self._digests), self._let_go.get(name, ())
            for resource, its in self._entries(self._resources.get(name), new, place):
                if not self._is_proven(resource, its.server, mine, place.server):
                    continue
                if is_same_text(its, same) and (its.ended or key_of(its) not in gone):
                    yield msgspec.structs.replace(new, uid=its.uid, revision=f"{item.digest}-", ended=its.ended)

    def _claim(self, name: str, entry: ManagedObject, place: Place, mine: VidraResource | None) -> Claim | None:
        """What one VidraResource has of an object; it may list it twice, under two addresses of the cluster."""
        gone, owner = self._let_go.get(name, ()), Owner(self._hub, name)
        marked = owner.mark in place.unheld
        found = [
            Claim(
                owner.manager,
                owner.mark,
                confirmed=marked or bool(item.uid),
                here=self._here(resource),
                holder=resource,
                proven=self._is_proven(resource, item.server, mine, place.server),
                equal=_is_equal(resource, item.server, mine, place.server),
                heads_there=_heads_to(resource, item.server),
                server=(resource.spec.destination.server or "") if _heads_to(resource, item.server) else item.server,
                marked=marked,
            )
            for resource, item in (
                *self._entries(self._resources.get(name), entry, place),
                *self._unseen_entry(self._resources.get(name), entry, mine),
            )
            if key_of(item) not in gone and (marked or item.uid in {"", place.uid})
        ]
        return max(found, key=lambda claim: (claim.proven, claim.confirmed), default=None)

    def _lists(self, resource: VidraResource, entry: ManagedObject, place: Place) -> bool:
        gone = self._let_go.get(resource.metadata.name, ())
        return any(key_of(item) not in gone for _, item in self._entries(resource, entry, place))

    def _entries(
        self, resource: VidraResource | None, entry: ManagedObject, place: Place
    ) -> Iterator[tuple[VidraResource, ManagedObject]]:
        """The entries in an inventory for the object's key, whichever UID they have, if they may be there."""
        key = key_of(entry)
        if resource is None:
            return
        for item in resource.inventory:
            same = item.name == entry.name and key_of(item)[1:] == key[1:]
            if same and self._may_be_at(resource, item.server, place):
                yield resource, item

    def _unseen_entry(
        self, resource: VidraResource | None, entry: ManagedObject, mine: VidraResource | None
    ) -> Iterator[tuple[VidraResource, ManagedObject]]:
        """An entry that may be in the part of an inventory that cannot be seen: as if it were announced.

        Only siblings are waited for: objects move between the VidraResources of one sync, and one missing piece holds
        up the prunes of no other. What others have applied bears their marks.
        """
        if resource is None or mine is None or resource.is_inventory_seen:
            return
        owners = mine.metadata.owner_references
        if owners and owners == resource.metadata.owner_references:
            server = resource.spec.destination.server or ""
            yield resource, msgspec.structs.replace(entry, server=server, uid="", revision="", ended="")

    def _may_be_at(self, resource: VidraResource, server: str, place: Place) -> bool:
        """Whether a server in another inventory may be this cluster: by its UID if known, else by its address."""
        known = {item.server: hub_of(item.uid) for item in resource.status.clusters}
        theirs, ours = known.get(server, "") if server else self._hub, place.cluster if place.server else self._hub
        return theirs == ours if theirs and ours else same_server(server, place.server)

    def _is_proven(self, theirs: VidraResource, server: str, mine: VidraResource | None, place: str) -> bool:
        """Whether the two inventories are about one cluster, and not only about two that say so."""
        one, other = route_of(theirs, server), route_of(mine, place)
        return (same_server(server, place) and one[1] == other[1]) or self._same(one, other)

    def _changed(self, old: VidraResource | None, new: VidraResource | None) -> None:
        item = new or old
        if item is not None:
            self._stale.add(item.metadata.name)
            self._forget(item.metadata.name, new)

    def _forget(self, name: str, resource: VidraResource | None) -> None:
        """A release need not be remembered once the status says it, nor a wait for what is not listed any more."""
        if resource is None:
            self._let_go.pop(name, None)
            self._waiting.pop(name, None)
            return
        gone, waiting = self._let_go.get(name, set()), self._waiting.get(name, {})
        listed = {key_of(item) for item in resource.inventory} if gone or waiting else set()
        gone &= listed
        if not gone:
            self._let_go.pop(name, None)
        for key in waiting.keys() - listed:
            del waiting[key]

    def _refresh(self) -> None:
        while self._stale:
            name = self._stale.pop()
            resource = self._resources.get(name)
            now = resource.inventory if resource else ()
            (self._unseen.discard if resource is None or resource.is_inventory_seen else self._unseen.add)(name)
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


def route_of(resource: VidraResource | None, server: str) -> Route:
    """How a VidraResource reaches a server of its inventory, which may be that of an earlier destination."""
    spec = resource.spec.destination if resource else None
    return server, (spec.context or "") if spec and (spec.server or "") == server else ""


def _heads_to(resource: VidraResource, server: str) -> bool:
    return address_of(resource.spec.destination.server) == address_of(server)


def _is_equal(theirs: VidraResource, server: str, mine: VidraResource | None, place: str) -> bool:
    """Whether two VidraResources act as the same account and by the same route: each may do what the other may."""
    if mine is None or route_of(theirs, server) != route_of(mine, place):
        return False
    accounts = {(item.spec.service_account_namespace, item.spec.service_account_name) for item in (theirs, mine)}
    return len(accounts) == 1


def _hash(entry: ManagedObject) -> int:
    """A number in place of a key, to save memory; each match is then compared in full."""
    return hash((entry.kind, entry.namespace, entry.name))
