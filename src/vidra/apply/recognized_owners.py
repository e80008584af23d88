"""Which field managers of an object that are named like owners are its owners.

Whoever may write an object chooses the name under which it is written. Everything that reads owners from managedFields
to decide whose a field is, or whether an object may be deleted, asks here first.

Invariant: the name of a field manager proves nothing by itself.

named after                     it is an owner
this owner                      yes
a VidraResource of this hub     if its inventory has the object, or if it never wrote an inventory
another hub                     for a deletion, always: what another Vidra may have is not deleted. For a field of an
                                object that this owner has applied, if an administrator names the hub (`otherVidras`)
                                and the field was not taken from this owner
anything else                   no; it is a person

An object that this owner has not applied yet is left as it is: there whoever is named like an owner keeps its fields.

Inventories are written before the first apply. So an inventory that is read after the field manager was seen on the
object, and does not have the object, is proof. The store of inventories may be late: before a name is rejected, the
API server is asked. What it does not answer is no proof.

No Vidra takes a field from another hub by force. So who took one from this owner is none. That it was taken shows in
what the owner holds: less than after its last apply.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable

from vidra.api.names import MANAGER_PREFIX
from vidra.api.quoting import one_line
from vidra.api.resource import ManagedObject
from vidra.apply.field_owner import Owner, hub_of
from vidra.apply.inventory_index import Claims, Place
from vidra.apply.revision import held_of
from vidra.common.text import limited
from vidra.kube.object_snapshot import ObjectSnapshot, held_by

ANY = "*"
"""In the setting: every hub counts."""
NAMED = 3
"""Owners that a message names."""
LONGEST = 128
"""Characters of a field manager, as the API server allows."""


class RecognizedOwners:
    """Recognizes the owners of the objects of one owner in one cluster.

    Args:
        claims: What other VidraResources own.
        cluster: UID of the cluster; empty while unknown.
        hubs: The other hubs whose fields count, as the setting says.
    """

    def __init__(self, owner: Owner, claims: Claims, cluster: str, hubs: Callable[[], Collection[str]] = tuple) -> None:
        self._owner = owner
        self._claims = claims
        self._cluster = hub_of(cluster)
        self._hubs = hubs

    async def among(self, entry: ManagedObject, managers: Collection[str]) -> frozenset[str]:
        """Those of an object's field managers that are owners of it."""
        found = set(self.known(entry, managers))
        for manager in set(managers) - found:
            if hub_named(manager) == self._owner.hub and await self._claims.confirms(
                manager, entry, self._place(entry)
            ):
                found.add(manager)
        return frozenset(found)

    def known(self, entry: ManagedObject, managers: Iterable[str]) -> frozenset[str]:
        """The same by what is known without a request: an inventory that was just written may not be known yet."""
        listed = self._claims.listed(entry, self._place(entry))
        return frozenset(
            name for name in managers if name == self._owner.manager or name in listed or self.is_foreign(name)
        )

    async def of(self, entry: ManagedObject, state: ObjectSnapshot) -> ObjectSnapshot:
        """A live object with the field managers that are owners, and no others."""
        return held_by(state, await self.among(entry, [name for name, _ in state.holders]))

    def is_foreign(self, manager: str) -> bool:
        """Whether a field manager is named after another hub."""
        return hub_named(manager) not in {"", self._owner.hub}

    def counts(self, manager: str) -> bool:
        """Whether an administrator lets a field manager of another hub keep its fields."""
        hubs = self._hubs()
        return ANY in hubs or hub_named(manager) in hubs

    def _place(self, entry: ManagedObject) -> Place:
        """Where the object is. Which one is there does not matter: its entry may be older than the object."""
        return Place(entry.server, self._cluster, "")

    def left_to(self, state: ObjectSnapshot) -> str:
        """Which owners of other hubs have the object, in words; empty when none has."""
        names = [one_line(name, LONGEST) for name, _ in state.holders if self.is_foreign(name)]
        return f"another Vidra has it too ({limited(names, NAMED)}): if none has, delete it by hand" if names else ""


def hub_named(manager: str) -> str:
    """The hub that a field manager is named after; empty when it is not named like an owner."""
    hub, colon, name = manager.removeprefix(MANAGER_PREFIX).partition(":")
    return hub if manager.startswith(MANAGER_PREFIX) and colon and name else ""


def has_lost_fields(entry: ManagedObject, state: ObjectSnapshot, manager: str) -> bool:
    """Whether an owner holds other fields of the very object that it applied than after its last apply."""
    held = held_of(entry)
    return bool(held) and state.uid == entry.uid and state.digest(manager) != held
