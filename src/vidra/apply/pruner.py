"""Prunes one object that is no longer wanted, if it is the one that was applied and has no other owner.

Called by `controllers/resource/apply/executor.py`. It calls `recognized_owners.py` and `unseen_owners.py` (has it other
owners?),
`guards/cascade.py` (what would be deleted with it?), then `kube/operations.py` to delete or `release.py` to release.

Invariant: an owner that removes its part of an object leaves no mark on the object.

Invariant: an object that bears no mark of the owner, and that somebody else holds, is not deleted, whatever the
inventory says. Who may write the status of a VidraResource, and nothing else, must not be able to have an object
deleted. One that nobody holds was emptied of its managedFields: there the UID in the inventory counts.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from vidra.api.names import PRUNE
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject
from vidra.apply.announcements import Announcements
from vidra.apply.applied_object import bears_mark, existed_before, is_applied, is_held_by_others
from vidra.apply.errors import ObjectError, left_alone, not_removed
from vidra.apply.field_owner import Owner
from vidra.apply.guards.cascade import Contents
from vidra.apply.inventory import is_namespace, ref_of
from vidra.apply.inventory_index import Claims
from vidra.apply.release import abandon, release, unmarked
from vidra.apply.unseen_owners import Others
from vidra.kube.client import Client
from vidra.kube.discovery import Discovery, Kind
from vidra.kube.errors import ApiError
from vidra.kube.informers import InformerSet
from vidra.kube.object_snapshot import ObjectSnapshot, snapshot_of
from vidra.kube.operations import delete, json_patch, look

ATTEMPTS = 4
PROTECTED = frozenset({"default", "kube-system", "kube-public", "kube-node-lease"})
"""Namespaces that are released, never deleted, whoever created them."""
_UNMARKED = "it exists, and nothing on it tells that Vidra applied it"


class Removal(Enum):
    """What was done with an object."""

    GONE = "gone"
    RELEASED = "released"
    """It has other owners, or existed before: Vidra's fields and marks are removed, the object stays."""
    TERMINATING = "terminating"
    """Deleted, but finalizers or a grace period keep it for now."""
    KEPT = "kept"
    """It stays as it is, without marks of this owner."""


class Removed(msgspec.Struct, frozen=True):
    """What was done with an object, and why if it was not pruned."""

    what: Removal
    why: str = ""
    asked: bool = False
    """It was deleted or released now; otherwise earlier, or it did not exist."""
    finalizers: tuple[str, ...] = ()
    """Its finalizers, if it is terminating; none: its grace period."""
    since: str = ""
    """Its deletionTimestamp (RFC 3339), if it is terminating."""


class Pruner:
    """Prunes the objects of one owner in one cluster.

    Args:
        claims: What other VidraResources own.
        cluster: UID of the cluster; empty while unknown.
        announcements: Which objects that others have only announced are waited for; all of them by default.
    """

    def __init__(
        self,
        client: Client,
        discovery: Discovery,
        observed: InformerSet,
        owner: Owner,
        *,
        claims: Claims,
        cluster: str = "",
        announcements: Announcements | None = None,
    ) -> None:
        self._client = client
        self._contents = Contents(client, discovery)
        self._observed = observed
        self._owner = owner
        self._manager = owner.manager
        self._others = Others(client, owner, claims, cluster, announcements or Announcements())

    async def remove(self, entry: ManagedObject, kind: Kind, *, orphan: bool = False, counted: bool = True) -> Removed:
        """Prune an object, or this owner's part of it.

        Every write carries the UID and the version that the decision was made for. If the object changed meanwhile, and
        may have a new owner, it is read again.

        Args:
            orphan: Leave it as it is, without marks.
            counted: The prune limit allows to delete it. Otherwise it is released to its other owners, as the cluster
                has them now, or left as it is.

        Raises:
            ObjectError: It could not be done; the entry must stay in the inventory.
            KubeError: The cluster does not answer, refuses all access, or does not serve the kind (404).
        """
        path = kind.path(entry.namespace, entry.name)
        entry = msgspec.structs.replace(entry, api_version=kind.api_version)
        async with self._client.alone.at(path):
            state = self._observed.get(kind, entry.namespace, entry.name) if counted else None
            return await self._try(path, kind, entry, state, orphan=orphan, counted=counted)

    async def _try(
        self,
        path: str,
        kind: Kind,
        entry: ManagedObject,
        state: ObjectSnapshot | None,
        *,
        orphan: bool,
        counted: bool,
    ) -> Removed:
        known = ""  # UID of the object that was this owner's before this call released it
        for _ in range(ATTEMPTS):
            try:
                state, unmarked = await self._seen(path, entry, state)
                if state is None or not is_applied(entry, state, self._owner):
                    return await self._gone(path, entry, state)
                if unmarked and state.uid != known:
                    return self._not_shown(entry, state)
                known = state.uid
                if orphan or state.kept:
                    return await self._abandoned(
                        path, entry, state, "" if orphan else f"its annotation {PRUNE} says so"
                    )
                return await self._remove(path, kind, entry, state, counted=counted)
            except ApiError as error:
                if error.unauthorized or (error.not_found and not error.absent):
                    raise
                if not error.conflict:
                    raise not_removed(ref_of(entry), error) from None
                state = None
        raise ObjectError(
            Reason.PRUNE_FAILED, f"{ref_of(entry)} changes too fast to be removed safely: tried again later"
        )

    async def _seen(
        self, path: str, entry: ManagedObject, state: ObjectSnapshot | None
    ) -> tuple[ObjectSnapshot | None, bool]:
        """The object with those who are owners of it, and whether somebody holds it and nothing tells of this owner."""
        if state is None or self._others.unseen(entry, state):
            live = await look(self._client, path)
            state = snapshot_of(live.metadata) if live else None
        if state is None:
            return None, False
        unmarked = is_held_by_others(state, self._owner) and not bears_mark(state, self._owner)
        return await self._others.recognized.of(entry, state), unmarked

    async def _gone(self, path: str, entry: ManagedObject, state: ObjectSnapshot | None) -> Removed:
        """The applied object was deleted; its replacement, from a backup for example, may have this owner's mark."""
        if state and state.lost:
            await self._abandoned(path, entry, state, "")
        if state and not entry.uid and not state.holders:
            return Removed(Removal.KEPT, _UNMARKED)
        return Removed(Removal.GONE)

    def _not_shown(self, entry: ManagedObject, state: ObjectSnapshot) -> Removed:
        """No mark of this owner is on the object: there is nothing to release, and nothing to be deleted."""
        if state.holders:
            return self._let_go(entry, self._others.recognized.left_to(state))
        return Removed(Removal.KEPT, _UNMARKED)

    async def _abandon(self, path: str, entry: ManagedObject, state: ObjectSnapshot, *, shared: bool) -> None:
        version = entry.api_version
        await abandon(self._client, path, uid=state.uid, owner=self._owner, api_version=version, shared=shared)

    async def _abandoned(self, path: str, entry: ManagedObject, state: ObjectSnapshot, why: str) -> Removed:
        await self._abandon(path, entry, state, shared=self._others.shared(entry, state))
        self._others.let_go(entry)
        return Removed(Removal.KEPT, why)

    async def _remove(
        self, path: str, kind: Kind, entry: ManagedObject, state: ObjectSnapshot, *, counted: bool
    ) -> Removed:
        left_to = await self._others.overlooked(path, kind, entry, state)
        if left_to is not None:
            # Others may own its fields too: they keep their values.
            await self._abandon(path, entry, state, shared=True)
            return self._let_go(entry, left_to)
        others = any(name != self._manager for name, _ in state.holders)
        kept = _kept(entry, state)
        if others or kept:
            state = await self._released(path, entry, state)
            # When two owners are deleted at once, each finds the other on the object; the later one notices it here.
            if state.holders or kept:
                return self._let_go(entry, self._others.recognized.left_to(state))
            left_to = await self._others.lost(path, kind, entry, state)
            if left_to is not None:
                return self._let_go(entry, left_to)
        if not counted:
            raise left_alone(ref_of(entry))
        if state.terminating:
            return await self._on_its_way(path, state, asked=False)
        if why := await self._contents.of(entry, path):
            return await self._abandoned(path, entry, state, why)
        gone = await delete(self._client, path, uid=state.uid, resource_version=str(max(state.version, 0) or ""))
        return Removed(Removal.GONE, asked=True) if gone else await self._on_its_way(path, state, asked=True)

    async def _on_its_way(self, path: str, state: ObjectSnapshot, *, asked: bool) -> Removed:
        live = await look(self._client, path)
        if live is None or live.metadata.uid != state.uid:
            return Removed(Removal.GONE, asked=asked)
        since = live.metadata.deletion_timestamp or ""
        return Removed(Removal.TERMINATING, asked=asked, finalizers=live.metadata.finalizers, since=since)

    def _let_go(self, entry: ManagedObject, why: str) -> Removed:
        """Released; to an owner of another hub never without a word, because anybody can look like one."""
        self._others.let_go(entry)
        return Removed(Removal.RELEASED, why, asked=True)

    async def _released(self, path: str, entry: ManagedObject, state: ObjectSnapshot) -> ObjectSnapshot:
        """Release this owner's part; returns the rest of the object, and who holds it."""
        try:
            left = await release(self._client, path, ref_of(entry), uid=state.uid, owner=self._owner)
        except ApiError as error:
            live = await look(self._client, path) if error.code == 422 and not error.conflict else None
            if live is None or live.metadata.uid != state.uid:
                raise
            # It is invalid without a field that this owner took from others: the field stays until they set it.
            now = await self._others.recognized.of(entry, snapshot_of(live.metadata))
            if all(name == self._manager for name, _ in now.holders):
                return msgspec.structs.replace(now, holders=())
            left = await json_patch(self._client, path, unmarked(live.metadata, self._owner))
        return await self._others.recognized.of(entry, snapshot_of(left.metadata))


def _kept(entry: ManagedObject, state: ObjectSnapshot) -> bool:
    """Whether the object stays after its last owner.

    The entry says whether a Namespace existed before only for the UID that it records; else the Namespace itself does.
    """
    if entry.joined or not is_namespace(entry):
        return entry.joined
    return entry.name in PROTECTED or (entry.uid != state.uid and existed_before(state))
