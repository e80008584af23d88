"""Finds other owners of the objects that one owner removes, even where managedFields do not show them.

Invariant: an object is deleted only when no other VidraResource of this hub has it in its inventory, and no owner of
another hub is marked on it. managedFields alone prove nothing: anybody can empty them, and a label that somebody adds
may cost all entries (`managed_fields_renewal.py`). Which names in them are owners is said by `recognized_owners.py`.
"""

from __future__ import annotations

from collections.abc import Iterable

from vidra.api.resource import ManagedObject
from vidra.apply.announcements import Announcements
from vidra.apply.errors import wanted_soon
from vidra.apply.field_owner import Owner, foreign, hub_of
from vidra.apply.inventory import ref_of
from vidra.apply.inventory_index import Claim, Claims, Place
from vidra.apply.recognized_owners import RecognizedOwners
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.kube.object_snapshot import ObjectSnapshot
from vidra.kube.operations import look

SHARED = ""
"""Another VidraResource of this hub has the object: that needs no words."""


class Others:
    """The other owners of one owner's objects in one cluster.

    Args:
        claims: What other VidraResources own.
        cluster: UID of the cluster; empty while unknown.
        announcements: Which objects that others have only announced are waited for.
    """

    def __init__(
        self, client: Client, owner: Owner, claims: Claims, cluster: str, announcements: Announcements
    ) -> None:
        self._client = client
        self._owner = owner
        self._claims = claims
        self._cluster = hub_of(cluster)
        self._announcements = announcements
        self.recognized = RecognizedOwners(owner, claims, cluster)

    def of(self, entry: ManagedObject, state: ObjectSnapshot) -> tuple[Claim, ...]:
        """The other VidraResources of this hub that have an object."""
        return self._claims.others(self._owner, entry, Place(entry.server, self._cluster, state.uid, state.unheld))

    def shared(self, entry: ManagedObject, state: ObjectSnapshot) -> bool:
        """Whether the object is expected to stay another VidraResource's."""
        return any(claim.keeps for claim in self.of(entry, state))

    def let_go(self, entry: ManagedObject) -> None:
        """Record for later callers that this owner has released the object."""
        self._claims.let_go(self._owner, entry)

    def unseen(self, entry: ManagedObject, state: ObjectSnapshot) -> bool:
        """Whether another VidraResource has applied the object, and the informer does not show that yet."""
        return any(claim.confirmed for claim in self._not_shown(entry, state))

    async def overlooked(self, path: str, kind: Kind, entry: ManagedObject, state: ObjectSnapshot) -> str | None:
        """Whether the object has another owner that managedFields do not show.

        Returns:
            None when it has none. For an owner of another hub: that it has, in words; else an empty text.

        Raises:
            ObjectError: Another VidraResource is about to apply it; its fields will show that later.
            KubeError: The cluster refuses access.
        """
        holders = {name for name, _ in state.holders}
        others = self._not_shown(entry, state)
        confirmed = await self._believed(kind, entry, others)
        if any(claim.here and claim.proven for claim in confirmed):
            return SHARED
        if any(not claim.confirmed for claim in others) and holders <= {self._owner.manager}:
            await self._check_announced(kind, entry, others)
        if not confirmed and not state.lost:
            return None
        anyway = any(claim.proven for claim in confirmed) and self._owner.manager not in holders
        return await self._marked(path, state, confirmed, anyway=anyway)

    async def lost(self, path: str, kind: Kind, entry: ManagedObject, state: ObjectSnapshot) -> str | None:
        """Whether a released object without managers had one until its managedFields were lost, just now.

        Returns:
            As `overlooked` does.

        Raises:
            ObjectError: Another VidraResource is about to apply it, or has just done so.
            KubeError: The cluster refuses access.
        """
        others = self.of(entry, state)
        confirmed = await self._believed(kind, entry, others)
        if any(claim.here and claim.proven for claim in confirmed):
            return SHARED
        if any(not claim.confirmed for claim in others):
            await self._check_announced(kind, entry, others)
        return await self._marked(path, state, confirmed) if confirmed or state.lost else None

    async def _believed(self, kind: Kind, entry: ManagedObject, others: Iterable[Claim]) -> list[Claim]:
        """Those that have applied the object, if their inventories are believed about that."""
        confirmed = [claim for claim in others if claim.confirmed]
        return [claim for claim in confirmed if await self._announcements.believes(entry, kind, claim)]

    async def _check_announced(self, kind: Kind, entry: ManagedObject, others: Iterable[Claim]) -> None:
        """Check that no other VidraResource is about to apply the object, or has just done so.

        Raises:
            ObjectError: One is, and is waited for.
        """
        announced = (claim for claim in others if not claim.confirmed)
        if awaited := await self._announcements.awaited(entry, kind, announced):
            raise wanted_soon(ref_of(entry), awaited.manager, limited=not awaited.equal)

    def _not_shown(self, entry: ManagedObject, state: ObjectSnapshot) -> list[Claim]:
        """The other VidraResources that have an object, and are no field managers of it as far as was seen."""
        holders = {name for name, _ in state.holders}
        return [claim for claim in self.of(entry, state) if claim.manager not in holders]

    async def _marked(
        self, path: str, state: ObjectSnapshot, confirmed: Iterable[Claim], *, anyway: bool = False
    ) -> str | None:
        """Whether the object exists with the mark of one of these, or of an owner of another hub; as `overlooked`.

        One of another replica may have released it just now, before its status says so: then its mark was removed too.
        """
        live = await look(self._client, path)
        if live is None or live.metadata.uid != state.uid:
            return None
        marks = live.metadata.annotations or {}
        if anyway or any(claim.mark in marks for claim in confirmed):
            return SHARED
        mark = foreign(marks, self._owner)
        return (
            f"its annotation {mark} names an owner of another Vidra: if there is none, delete it by hand"
            if mark
            else None
        )
