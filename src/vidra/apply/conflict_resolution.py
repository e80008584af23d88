"""Resolves a conflict between owners: whether they really differ, and if so, who gets the field.

Invariant: two owners differ only where the API server would *store* different values. `1000m` is stored as `1`, `value:
""` is not stored at all, and an atomic list is stored with the server's defaults. So a dry run asks the server what it
would store, and the answer is applied: a field in which the owners agree then has its stored value and is co-owned, and
nobody is overwritten.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

from vidra.api.resource import ManagedObject
from vidra.apply.desired.object import DesiredObject
from vidra.apply.errors import contested
from vidra.apply.guards.conflicts import FieldConflict, contest, why_not
from vidra.apply.inventory import entry_for
from vidra.apply.options import ApplyOptions
from vidra.apply.recognized_owners import has_lost_fields
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.kube.object_snapshot import snapshot_of
from vidra.kube.operations import look, try_apply
from vidra.kube.partial_metadata import LiveObject

ATTEMPTS = 3
"""Attempts to take a field at exactly the version at which its current owner was read."""


class Send(Protocol):
    """Applies an object, under the owner's field manager."""

    def __call__(self, item: DesiredObject, uid: str, *, force: bool, version: str = "") -> Awaitable[LiveObject]:
        """Apply it to the object with this UID, and at this version if one is given."""
        ...


class Settling:
    """Resolves the conflicts of one owner in one cluster.

    Args:
        options: The owner's conflict policy and priority.
    """

    def __init__(self, client: Client, manager: str, options: ApplyOptions, send: Send) -> None:
        self._client = client
        self._manager = manager
        self._options = options
        self._send = send

    async def settle(self, item: DesiredObject, uid: str, error: ApiError, entry: ManagedObject | None) -> LiveObject:
        """Share the fields in which all agree; take the others if this owner has priority over all that hold them.

        Args:
            error: The conflict in the API server's answer.
            entry: Of the object in the inventory before this reconcile; None: this owner has never applied it.

        Raises:
            ObjectError: Another owner has priority, or the object changes too fast.
            ApiError: Refused for another reason, or the object was recreated.
        """
        for _ in range(ATTEMPTS):
            stored, version = await self._stored(item, uid, error, entry)
            try:
                return await self._take(stored, uid, version, entry)
            except ApiError as again:
                if again.code != 409:
                    raise
        raise contested(item.ref, "other owners change it too fast: tried again later", fresh=entry is None)

    async def _stored(
        self, item: DesiredObject, uid: str, error: ApiError, entry: ManagedObject | None
    ) -> tuple[DesiredObject, str]:
        """The object as the server would store it, and the object's version in that dry run.

        Without a dry run (a webhook does not support it, or it is refused), the values are compared as they are.
        """
        try:
            after = await try_apply(
                self._client, item.path, item.payload(uid), manager=self._manager, kind=dict[str, Any]
            )
        except ApiError as refusal:
            if refusal.code not in {400, 422} or refusal.conflict:
                raise
            await self._must_win(item, uid, error, entry)
            found = await look(self._client, item.path)
            if found is None or found.metadata.uid != uid:
                raise error from None
            return item, found.metadata.resource_version
        return item.as_stored(after, self._manager), after["metadata"]["resourceVersion"]

    async def _take(self, item: DesiredObject, uid: str, version: str, entry: ManagedObject | None) -> LiveObject:
        """Find who would lose fields, and force only if nothing changed since: nobody else may lose any."""
        try:
            return await self._send(item, uid, version=version, force=False)
        except ApiError as error:
            if error.code != 409 or not error.causes:
                raise
            await self._must_win(item, uid, error, entry)
        return await self._send(item, uid, version=version, force=True)

    async def _must_win(self, item: DesiredObject, uid: str, error: ApiError, entry: ManagedObject | None) -> None:
        found = await self._contest(item, uid, error, entry)
        if why := why_not(found, self._options.policies, self._options.conflict_peers, str(item.ref)):
            raise contested(item.ref, why, fresh=entry is None)

    async def _contest(
        self, item: DesiredObject, uid: str, error: ApiError, entry: ManagedObject | None
    ) -> FieldConflict:
        """Who holds the fields, with those alone as owners that are recognized (`recognized_owners.py`).

        From an object that this owner has not applied yet nothing is taken that looks like an owner's.
        """
        found, known = contest(error, self._manager), self._options.recognized
        if known is None or not found.owners or entry is None or entry.uid != uid:
            return found
        owners = await known.among(entry_for(item, uid), found.owners.keys())
        abroad = frozenset(filter(known.is_foreign, owners))
        # A VidraResource of this hub may have taken fields by right: then nothing can be said of the other hub's.
        if abroad and owners == abroad and await self._has_lost_fields(item, entry):
            return found.among(())
        return found.among([name for name in owners if name not in abroad or known.counts(name)])

    async def _has_lost_fields(self, item: DesiredObject, entry: ManagedObject) -> bool:
        live = await look(self._client, item.path)
        return live is not None and has_lost_fields(entry, snapshot_of(live.metadata), self._manager)
