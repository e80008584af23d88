"""Applies one object, so that no other owner's fields are taken, nothing is recreated by mistake, nothing overwritten.

Called by `controllers/resource/apply/executor.py` (and by `refused_objects.py` for dry runs). It calls
`kube/operations.py`, `conflict_resolution.py`, the guards, `repair.py` and `earlier_writers.py`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from vidra.api.names import RECREATE
from vidra.api.resource import ManagedObject
from vidra.apply.applied_object import existed_before, is_applied
from vidra.apply.conflict_resolution import Settling
from vidra.apply.desired.object import DesiredObject
from vidra.apply.earlier_writers import hand_over
from vidra.apply.ended_objects import is_over
from vidra.apply.errors import being_deleted, contested, never_taken, not_described, not_owned, refused, unchangeable
from vidra.apply.field_hint import field_hint
from vidra.apply.field_owner import Owner
from vidra.apply.guards import namespaces
from vidra.apply.guards.adoption import refusal
from vidra.apply.guards.conflicts import contest
from vidra.apply.guards.immutable import immutable, may_be_made_anew, never_made_anew
from vidra.apply.guards.protected import NOTHING_KEPT, Guard
from vidra.apply.guards.terminating import is_terminating
from vidra.apply.inventory import entry_for
from vidra.apply.options import DEFAULT_OPTIONS, ApplyOptions
from vidra.apply.plan import is_drift
from vidra.apply.release_fields import give_up
from vidra.apply.repair import may_help, repair
from vidra.apply.revision import revision, written_of
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError, KubeError, Status
from vidra.kube.informers import InformerSet
from vidra.kube.object_snapshot import ObjectSnapshot, snapshot_of
from vidra.kube.operations import apply, delete, look
from vidra.kube.partial_metadata import LiveMeta, LiveObject

NEVER = "1"
"""A resourceVersion that no object can have (etcd counts from 1). An apply at it creates an object that does not exist,
and is a 409 for one that does."""
LOOKS = 8
"""Attempts to apply at exactly the version that was read: controllers write the status meanwhile."""
REPAIRS = 2
"""Repairs of one object in one apply: behind one blocking field there may be another."""


class Applier:
    """Applies the objects of one owner in one cluster.

    An object whose UID is known is applied with it. If it was deleted or recreated, the server answers 409 and the
    object is read again. Force is used on such objects, so that a drifted field is reverted; against another owner, and
    on objects that somebody else created, only as the options allow. Any other object is applied at a version that no
    object has: the server creates it if it does not exist, and changes nothing if it does.

    Invariant: where others may set a field, an apply is sent only at the state it was computed for: the version at
    which the object was read, or that of no object. So the field keeps its value, whoever holds it, and whatever
    happens between read and write.

    Args:
        options: How to treat other owners, and objects that somebody else created.
        guard: The objects in the cluster that artifacts may not touch.
    """

    def __init__(
        self,
        client: Client,
        observed: InformerSet,
        owner: Owner,
        options: ApplyOptions = DEFAULT_OPTIONS,
        guard: Guard = NOTHING_KEPT,
    ) -> None:
        self._client = client
        self._observed = observed
        self._owner = owner
        self._manager = owner.manager
        self._options = options
        self._guard = guard
        self._settling = Settling(client, owner.manager, options, self._send)

    async def apply(self, item: DesiredObject, entry: ManagedObject | None) -> ManagedObject:
        """Apply the object to the cluster.

        Args:
            entry: The object's entry in the inventory before this reconcile.

        Returns:
            The entry, confirmed.

        Raises:
            ObjectError: The object could not be applied.
            KubeError: The cluster does not answer, or refuses all access.
        """
        try:
            try:
                async with self._client.alone.at(item.path):
                    beside = item.ignored or self._may_lose_replicas(item, entry)
                    return await (self._beside_others(item, entry) if beside else self._attempt(item, entry))
            except ApiError as error:
                fields = immutable(error)
                if not fields:
                    raise
            return await self._anew(item, entry, fields)
        except ApiError as error:
            if error.unauthorized:
                raise
            hint, fresh = await field_hint(self._client, item.kind, error), await self._is_new(item, entry)
            raise refused(
                *(item.ref, error, item.body), fresh=fresh, creatable=self._options.creatable, hint=hint
            ) from None

    async def _beside_others(self, item: DesiredObject, entry: ManagedObject | None) -> ManagedObject:
        """Apply the fields that are not left to others, at exactly the version at which they were read."""
        for _ in range(LOOKS):
            sent = await self._for_now(item)
            try:
                entry = await self._attempt(sent, entry)
                return await self._given_up(sent, entry) if sent.gives_up else entry
            except ApiError as error:
                if error.code != 409 or error.causes:
                    raise
        fresh = await self._is_new(item, entry)
        raise contested(item.ref, "others change it too fast: tried again later", fresh=fresh)

    async def _for_now(self, item: DesiredObject) -> DesiredObject:
        """The object as it is to be sent for its current state. If it cannot be read, it is sent to be created only.

        That it cannot be read does not mean that it does not exist: its version may be served again a moment later.
        """
        try:
            live = await self._client.get(item.path, dict[str, Any])
        except ApiError as error:
            if not error.not_found:
                raise
            return msgspec.structs.replace(item, version=NEVER)
        return item.beside(live, self._owner)

    def _may_lose_replicas(self, item: DesiredObject, entry: ManagedObject | None) -> bool:
        """Whether the manifest may have stopped setting the replicas since it was applied."""
        if not item.unscaled or entry is None or not entry.uid:
            return False
        state = self._observed.get(item.kind, item.ref.namespace, item.ref.name)
        return state is None or state.scales

    async def _given_up(self, item: DesiredObject, entry: ManagedObject) -> ManagedObject:
        """Give up the fields that the manifest no longer has; not in a dry run."""
        if self._client.rehearses:
            return entry
        live = await give_up(self._client, item, entry.uid, self._manager)
        self._observed.note(item.kind, live)
        return self._entry(item, live, joined=entry.joined, written=written_of(entry))

    async def _attempt(self, item: DesiredObject, entry: ManagedObject | None) -> ManagedObject:
        try:
            # One with a revision was applied at some time, and may have ended since.
            if not (entry and (entry.uid or entry.revision)) and item.version in {"", NEVER}:
                return await self._create(item)
            if entry and entry.uid:
                await self._own_first(item, entry)
                return await self._ours(item, entry.uid, entry, joined=entry.joined)
        except ApiError as error:
            if not error.conflict:
                raise
        live = await look(self._client, item.path)
        if live is None and entry and (ended := is_over(item, entry, self._observed)):
            return msgspec.structs.replace(entry, ended=ended)
        if item.version and item.version != (live.metadata.resource_version if live else NEVER):
            # The fields to leave alone may have changed since.
            raise ApiError(409, Status(f"{item.ref} has changed"))
        if live is None:
            return await self._create(item)
        if item.unscaled and not item.version and snapshot_of(live.metadata).scales:
            return await self._beside_others(item, entry)
        return await self._found(item, live, entry)

    async def _anew(self, item: DesiredObject, entry: ManagedObject | None, fields: Iterable[str]) -> ManagedObject:
        """Delete the object and recreate it, if the manifest permits that and nobody else owns it.

        Raises:
            ObjectError: That is not permitted, or the object is being deleted; its watch reports when it is gone.
        """
        hint = "" if never_made_anew(item) else f", or annotate the object in the manifest with {RECREATE}: enabled"
        if entry is None or not entry.uid or not may_be_made_anew(item):
            raise unchangeable(item.ref, fields, hint, fresh=await self._is_new(item, entry))
        live = await look(self._client, item.path)
        if live is not None and live.metadata.uid == entry.uid:
            state, known = snapshot_of(live.metadata), self._options.recognized
            state = await known.of(entry, state) if known else state
            held = any(name != self._manager for name, _ in state.holders)
            if held or await self._is_owned(item.kind, entry, live.metadata):
                raise unchangeable(item.ref, fields, "; other owners have it too", fresh=False)
            version = live.metadata.resource_version
            if live.metadata.deletion_timestamp or not await delete(
                self._client, item.path, uid=entry.uid, resource_version=version
            ):
                raise being_deleted(item.ref, live.metadata.finalizers)
        return await self._create(item)

    async def _is_new(self, item: DesiredObject, entry: ManagedObject | None) -> bool:
        """Whether this owner has never applied an object that was refused now.

        An entry without a UID was listed before an apply of which no answer is known: then the object itself has to
        tell. What cannot be read may have been applied.
        """
        if entry is None or entry.uid:
            return entry is None
        try:
            live = await look(self._client, item.path)
        except KubeError:
            return False
        return live is None or not is_applied(entry, snapshot_of(live.metadata), self._owner)

    async def _create(self, item: DesiredObject) -> ManagedObject:
        """Create the object.

        Raises:
            ApiError: Refused; 409 when it exists, and then nothing was changed.
        """
        return self._entry(item, await self._send(item, "", version=NEVER, force=False), joined=False)

    async def _found(self, item: DesiredObject, live: LiveObject, entry: ManagedObject | None) -> ManagedObject:
        """Apply an object that exists under another UID than that of its entry, or than was recorded."""
        state = snapshot_of(live.metadata)
        if is_terminating(state, state.uid):
            raise being_deleted(item.ref, live.metadata.finalizers)
        if is_applied(entry, state, self._owner) if entry else state.digest(self._manager):
            return await self._ours(item, state.uid, entry, joined=_joined(item, state))
        entry = entry if entry and entry.uid else None  # it was listed before it was applied, and was not applied
        joined = _joined(item, state)
        if state.holders or _joinable(item):
            self._check_joined(item, joined=joined)
            shared = await self._share(item, state.uid, entry)
        elif await self._is_owned(item.kind, entry_for(item), live.metadata):
            shared = await self._insist(item, state.uid, entry)
        else:
            return await self._stranger(item, live)
        return await self._own(item, shared, joined=joined)

    async def _is_owned(self, kind: Kind, entry: ManagedObject, live: LiveMeta) -> bool:
        """Whether another VidraResource has applied an object, although its managedFields may not show that."""
        marks = live.annotations or {}
        owners = [claim for claim in self._options.others(entry, snapshot_of(live)) if claim.owns(marks)]
        for claim in owners:
            if claim.mark in marks or await self._options.believes(entry, kind, claim):
                return True
        return False

    async def _stranger(self, item: DesiredObject, live: LiveObject) -> ManagedObject:
        """Adopt an object that has no owner, or leave it alone.

        Raises:
            ObjectError: It must be left alone.
        """
        if why := self._guard.never_taken(item.ref, live.metadata):
            raise never_taken(item.ref, why)
        if why := refusal(live.metadata, self._options.policies.adoption, self._manager):
            raise not_owned(item.ref, why)
        # At exactly this version, so that an owner that appears meanwhile is seen by the next read.
        taken = await self._send(item, live.metadata.uid, version=live.metadata.resource_version, force=True)
        self._options.adopted(item.ref)
        return await self._own(item, taken, joined=False)

    def _check_joined(self, item: DesiredObject, *, joined: bool) -> None:
        """Check that an existing Namespace keeps what it must keep.

        Raises:
            ObjectError: The manifest would change that.
        """
        if joined and (why := namespaces.refusal(item, self._owner, self._options.may_describe)):
            raise not_described(item.ref, why)

    async def _ours(self, item: DesiredObject, uid: str, entry: ManagedObject | None, *, joined: bool) -> ManagedObject:
        self._check_joined(item, joined=joined)
        await self._check_terminating(item, uid)
        live = await self._insist(item, uid, entry)
        if live.metadata.deletion_timestamp:
            raise being_deleted(item.ref, live.metadata.finalizers)
        return await self._own(item, live, joined=joined)

    async def _check_terminating(self, item: DesiredObject, uid: str) -> None:
        """Check that the object is not being deleted.

        Raises:
            ObjectError: It is; the message names its finalizers.
        """
        if is_terminating(self._observed.get(item.kind, item.ref.namespace, item.ref.name), uid):
            live = await look(self._client, item.path)
            raise being_deleted(item.ref, live.metadata.finalizers if live else ())

    async def _insist(self, item: DesiredObject, uid: str, entry: ManagedObject | None) -> LiveObject:
        """Revert what anybody changed; fields of another owner only as the options allow."""
        state = self._observed.get(item.kind, item.ref.namespace, item.ref.name)
        if state and all(name == self._manager for name, _ in state.holders):
            try:
                # At the version that was read: an owner that appeared since must not lose its fields.
                version = item.version or str(max(state.version, 0) or "")
                return await self._send(item, uid, version=version, force=True)
            except ApiError as error:
                if error.code != 409 or item.version:
                    raise
                await self._check_terminating(item, uid)  # this may have happened since
        try:
            return await self._send(item, uid, force=False)
        except ApiError as error:
            if error.code != 409 or not error.causes:
                raise
            # It is in the inventory, or was once: then it stays there, whatever becomes of this.
            return await self._settling.settle(item, uid, error, entry or entry_for(item))

    async def _share(self, item: DesiredObject, uid: str, entry: ManagedObject | None) -> LiveObject:
        """Co-own an object that others own."""
        try:
            return await self._send(item, uid, force=False)
        except ApiError as error:
            found = contest(error, self._manager)
            if not found.owners or (found.strangers and _joinable(item)):
                raise
            return await self._settling.settle(item, uid, error, entry)

    async def _send(self, item: DesiredObject, uid: str, *, force: bool, version: str = "") -> LiveObject:
        for _ in range(REPAIRS):
            try:
                return await self._sent(item, uid, version, force=force)
            except ApiError as error:
                if not uid or not may_help(error):
                    raise
                now = await repair(self._client, item, uid, version or item.version, error=error, manager=self._manager)
                if not now:
                    raise
                version = now
        return await self._sent(item, uid, version, force=force)

    async def _sent(self, item: DesiredObject, uid: str, version: str, *, force: bool) -> LiveObject:
        live = await apply(self._client, item.path, item.payload(uid, version), manager=self._manager, force=force)
        self._observed.note(item.kind, live, self._manager)
        return live

    async def _own_first(self, item: DesiredObject, entry: ManagedObject) -> None:
        """Make the last applied fields this owner's alone before others are applied, if that was not done."""
        state = self._observed.get(item.kind, item.ref.namespace, item.ref.name)
        if entry.joined or is_drift(item, entry) or not (state and state.shared) or is_terminating(state, entry.uid):
            return
        live = await look(self._client, item.path)
        if live and live.metadata.uid == entry.uid:
            self._observed.note(item.kind, await hand_over(self._client, item.path, live, self._manager))

    async def _own(self, item: DesiredObject, live: LiveObject, *, joined: bool) -> ManagedObject:
        """The entry of an applied object, once its fields are this owner's alone. A joined object stays shared."""
        entry = self._entry(item, live, joined=joined)  # as applied: what came after it is somebody else's
        if not joined:
            held = await hand_over(self._client, item.path, live, self._manager)
            if held is not live:
                self._observed.note(item.kind, held)
        return entry

    def _entry(
        self, item: DesiredObject, live: LiveObject, *, joined: bool, written: int | None = None
    ) -> ManagedObject:
        """The confirmed entry of an object.

        Args:
            written: When the owner's apply was, if `live` is from later.
        """
        state = snapshot_of(live.metadata)
        time = state.written_by(self._manager) if written is None else written
        applied = revision(item.digest, state.digest(self._manager), state.generation, time)
        return entry_for(item, state.uid, applied, joined=joined)


def _joinable(item: DesiredObject) -> bool:
    """An existing Namespace is shared: Vidra becomes one owner among others, and never deletes it."""
    return item.ref.kind == "Namespace" and item.ref.api_version == "v1"


def _joined(item: DesiredObject, state: ObjectSnapshot) -> bool:
    """Whether it existed before any owner, as far as known: another manager holds fields of it, or nobody does."""
    return _joinable(item) and existed_before(state)
