"""Applies one object so that nobody else's is taken over, made anew by mistake, or overwritten."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from vidra.api.names import RECREATE
from vidra.api.resource import ManagedObject
from vidra.apply.conflict_resolution import Settling
from vidra.apply.desired.object import DesiredObject
from vidra.apply.earlier_writers import hand_over
from vidra.apply.ended_objects import is_over
from vidra.apply.errors import being_deleted, contested, never_taken, not_described, not_owned, refused, unchangeable
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
from vidra.apply.revision import revision
from vidra.kube.client import Client
from vidra.kube.errors import ApiError, Status
from vidra.kube.informers import InformerSet
from vidra.kube.object_snapshot import ObjectSnapshot, snapshot_of
from vidra.kube.operations import apply, delete, look
from vidra.kube.partial_metadata import LiveObject

NEVER = "1"
"""A resourceVersion that no object can have: etcd counts from 1, before anything is stored. An apply at it creates what
is not there and is a 409 for what is."""
LOOKS = 8
"""To apply at the very version at which it was seen what others have: controllers write the status meanwhile."""
REPAIRS = 2
"""Of one object in one apply: what stands in the way of what stood behind something else."""


class Applier:
    """One owner's hand in one cluster.

    An object whose UID is known is applied with it: should it have vanished or been replaced, the server answers 409
    and the object is looked at afresh. Force is used on such objects, so that a field which somebody took comes back;
    against another owner, and on what somebody else made, only as the terms allow. Anything else is applied at a
    version that no object has: the server creates what is not there, and touches nothing that is.

    Invariant: where others may set a field, nothing is sent but to the state that it was made for: the version at which
    the object was seen whole, or that of no object. So a field is left as it is whoever is noted as its holder, or
    nobody, and whatever happens between the look and the write.

    Args:
        options: What to do about other owners and about objects that somebody else made.
        guard: What the cluster keeps from artifacts.
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
        """Make the cluster hold this object.

        Args:
            entry: The object's entry in the inventory before this pass.

        Returns:
            The entry, confirmed.

        Raises:
            ObjectError: It could not be done.
            KubeError: The cluster does not answer, or does not let Vidra in at all.
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
            raise refused(item.ref, error, item.body, fresh=entry is None) from None

    async def _beside_others(self, item: DesiredObject, entry: ManagedObject | None) -> ManagedObject:
        """Apply what is not left to others, at the very version at which it was seen what they have."""
        for _ in range(LOOKS):
            sent = await self._for_now(item)
            try:
                entry = await self._attempt(sent, entry)
                return await self._given_up(sent, entry) if sent.gives_up else entry
            except ApiError as error:
                if error.code != 409 or error.causes:
                    raise
        raise contested(item.ref, "others change it too fast: tried again later", fresh=entry is None)

    async def _for_now(self, item: DesiredObject) -> DesiredObject:
        """The object for the state that it is in; for none, and only to be created, where it is not to be seen.

        That it is not to be seen does not say that it is not there: its version may be served again a moment later.
        """
        try:
            live = await self._client.get(item.path, dict[str, Any])
        except ApiError as error:
            if not error.not_found:
                raise
            return msgspec.structs.replace(item, version=NEVER)
        return item.beside(live, self._owner)

    def _may_lose_replicas(self, item: DesiredObject, entry: ManagedObject | None) -> bool:
        """Whether the number of replicas may have left the text since it was applied."""
        if not item.unscaled or entry is None or not entry.uid:
            return False
        state = self._observed.get(item.kind, item.ref.namespace, item.ref.name)
        return state is None or state.scales

    async def _given_up(self, item: DesiredObject, entry: ManagedObject) -> ManagedObject:
        """Hold no longer what the text has no longer; a rehearsal has nothing to let go of."""
        if self._client.rehearses:
            return entry
        live = await give_up(self._client, item, entry.uid, self._manager)
        self._observed.note(item.kind, live)
        return self._entry(item, live, joined=entry.joined)

    async def _attempt(self, item: DesiredObject, entry: ManagedObject | None) -> ManagedObject:
        try:
            if entry is None and item.version in {"", NEVER}:
                return await self._create(item)
            if entry and entry.uid:
                await self._own_first(item, entry)
                return await self._ours(item, entry.uid, joined=entry.joined)
        except ApiError as error:
            if not error.conflict:
                raise
        live = await look(self._client, item.path)
        if live is None and entry and (ended := is_over(item, entry, self._observed)):
            return msgspec.structs.replace(entry, ended=ended)
        if item.version and item.version != (live.metadata.resource_version if live else NEVER):
            # What is to be left as it is may be something else by now.
            raise ApiError(409, Status(f"{item.ref} has changed"))
        if live is None:
            return await self._create(item)
        if item.unscaled and not item.version and snapshot_of(live.metadata).scales:
            return await self._beside_others(item, entry)
        return await self._found(item, live, fresh=entry is None)

    async def _anew(self, item: DesiredObject, entry: ManagedObject | None, fields: Iterable[str]) -> ManagedObject:
        """Delete the object and create it as it should be, if the manifest permits that and nobody else has it.

        Raises:
            ObjectError: It does not, or the object is on its way out, which the watch tells the end of.
        """
        hint = "" if never_made_anew(item) else f", or annotate the object in the manifest with {RECREATE}: enabled"
        if entry is None or not entry.uid or not may_be_made_anew(item):
            raise unchangeable(item.ref, fields, hint, fresh=entry is None)
        live = await look(self._client, item.path)
        if live is not None and live.metadata.uid == entry.uid:
            held = any(name != self._manager for name, _ in snapshot_of(live.metadata).holders)
            if held or self._options.others(entry):
                raise unchangeable(item.ref, fields, "; other owners have it too", fresh=False)
            version = live.metadata.resource_version
            if live.metadata.deletion_timestamp or not await delete(
                self._client, item.path, uid=entry.uid, resource_version=version
            ):
                raise being_deleted(item.ref, live.metadata.finalizers)
        return await self._create(item)

    async def _create(self, item: DesiredObject) -> ManagedObject:
        """Create the object.

        Raises:
            ApiError: Refused; 409 when it exists, in which case nothing was changed.
        """
        return self._entry(item, await self._send(item, "", version=NEVER, force=False), joined=False)

    async def _found(self, item: DesiredObject, live: LiveObject, *, fresh: bool) -> ManagedObject:
        """Apply an object that exists and is not known to be ours."""
        state = snapshot_of(live.metadata)
        if is_terminating(state, state.uid):
            raise being_deleted(item.ref, live.metadata.finalizers)
        if state.digest(self._manager):
            return await self._ours(item, state.uid, joined=_joined(item, state))
        joined = _joined(item, state)
        if state.holders or _joinable(item):
            self._check_joined(item, joined=joined)
            shared = await self._share(item, state.uid, fresh=fresh)
        elif any(claim.confirmed for claim in self._options.others(entry_for(item, state.uid))):
            shared = await self._insist(item, state.uid)
        else:
            return await self._stranger(item, live)
        return await self._own(item, shared, joined=joined)

    async def _stranger(self, item: DesiredObject, live: LiveObject) -> ManagedObject:
        """Adopt an object that no owner has, or leave it alone.

        Raises:
            ObjectError: It is to be left alone.
        """
        if why := self._guard.never_taken(item.ref, live.metadata):
            raise never_taken(item.ref, why)
        if why := refusal(live.metadata, self._options.policies.adoption, self._manager):
            raise not_owned(item.ref, why)
        # At this very version, so that whoever takes it up meanwhile is seen by the next look.
        taken = await self._send(item, live.metadata.uid, version=live.metadata.resource_version, force=True)
        self._options.adopted(item.ref)
        return await self._own(item, taken, joined=False)

    def _check_joined(self, item: DesiredObject, *, joined: bool) -> None:
        """Leave alone what a Namespace that was there before has to keep.

        Raises:
            ObjectError: The manifest says something else about it.
        """
        if joined and (why := namespaces.refusal(item, self._owner, self._options.may_describe)):
            raise not_described(item.ref, why)

    async def _ours(self, item: DesiredObject, uid: str, *, joined: bool) -> ManagedObject:
        self._check_joined(item, joined=joined)
        await self._check_terminating(item, uid)
        live = await self._insist(item, uid)
        if live.metadata.deletion_timestamp:
            raise being_deleted(item.ref, live.metadata.finalizers)
        return await self._own(item, live, joined=joined)

    async def _check_terminating(self, item: DesiredObject, uid: str) -> None:
        """Leave alone what is being deleted.

        Raises:
            ObjectError: It is; the message names what keeps it.
        """
        if is_terminating(self._observed.get(item.kind, item.ref.namespace, item.ref.name), uid):
            live = await look(self._client, item.path)
            raise being_deleted(item.ref, live.metadata.finalizers if live else ())

    async def _insist(self, item: DesiredObject, uid: str) -> LiveObject:
        """Take back what anybody changed, but from another owner only as the terms allow."""
        state = self._observed.get(item.kind, item.ref.namespace, item.ref.name)
        if state and all(name == self._manager for name, _ in state.holders):
            try:
                # At the version that was seen: an owner that came since must not lose what it took.
                version = item.version or str(max(state.version, 0) or "")
                return await self._send(item, uid, version=version, force=True)
            except ApiError as error:
                if error.code != 409 or item.version:
                    raise
                await self._check_terminating(item, uid)  # which may be what happened to it since
        try:
            return await self._send(item, uid, force=False)
        except ApiError as error:
            if error.code != 409 or not error.causes:
                raise
            return await self._settling.settle(item, uid, error, fresh=False)

    async def _share(self, item: DesiredObject, uid: str, *, fresh: bool) -> LiveObject:
        """Become one more owner of what others have."""
        try:
            return await self._send(item, uid, force=False)
        except ApiError as error:
            found = contest(error, self._manager)
            if not found.owners or (found.strangers and _joinable(item)):
                raise
            return await self._settling.settle(item, uid, error, fresh=fresh)

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
        self._observed.note(item.kind, live)
        return live

    async def _own_first(self, item: DesiredObject, entry: ManagedObject) -> None:
        """Before another text is applied, make the last one this owner's, should a pass have ended before it was."""
        state = self._observed.get(item.kind, item.ref.namespace, item.ref.name)
        if entry.joined or is_drift(item, entry) or not (state and state.shared) or is_terminating(state, entry.uid):
            return
        live = await look(self._client, item.path)
        if live and live.metadata.uid == entry.uid:
            self._observed.note(item.kind, await hand_over(self._client, item.path, live, self._manager))

    async def _own(self, item: DesiredObject, live: LiveObject, *, joined: bool) -> ManagedObject:
        """The entry of an object that was applied, once what it holds is this owner's; what is joined stays shared."""
        if not joined:
            held = await hand_over(self._client, item.path, live, self._manager)
            if held is not live:
                self._observed.note(item.kind, held)
                live = held
        return self._entry(item, live, joined=joined)

    def _entry(self, item: DesiredObject, live: LiveObject, *, joined: bool) -> ManagedObject:
        held = snapshot_of(live.metadata).digest(self._manager)
        return entry_for(item, live.metadata.uid, revision(item.digest, held, live.metadata.generation), joined=joined)


def _joinable(item: DesiredObject) -> bool:
    """A Namespace that exists is shared by its nature: Vidra becomes one owner among others, and never deletes it."""
    return item.ref.kind == "Namespace" and item.ref.api_version == "v1"


def _joined(item: DesiredObject, state: ObjectSnapshot) -> bool:
    """Whether it was there before any owner, as far as can be told: somebody else has a part in it, or nobody."""
    return _joinable(item) and (state.shared or not state.holders)
