"""Settles a conflict between owners: whether they differ at all, and if so, who gets the field.

Invariant: two owners differ where what the API server would *store* differs, never where only their words do. `1000m`
is stored as `1`, `value: ""` not at all, and a list that is one field with the server's defaults in it. So the server
is asked what it would store, by a dry run, and the answer is what is applied: a field in which the owners agree has its
value then and is everybody's, and nobody is written over.
"""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

from vidra.apply.desired.object import DesiredObject
from vidra.apply.errors import contested
from vidra.apply.guards.conflicts import contest, why_not
from vidra.apply.options import ApplyOptions
from vidra.kube.client import Client
from vidra.kube.errors import ApiError
from vidra.kube.operations import look, try_apply
from vidra.kube.partial_metadata import LiveObject

ATTEMPTS = 3
"""To take a field at the very version of the object at which it was seen who loses it."""


class Send(Protocol):
    """Applies an object, under the owner's field manager."""

    def __call__(self, item: DesiredObject, uid: str, *, force: bool, version: str = "") -> Awaitable[LiveObject]:
        """Apply it to the object with this UID, and at this version if one is given."""
        ...


class Settling:
    """One owner's way with others in one cluster.

    Args:
        options: Whom it comes before.
    """

    def __init__(self, client: Client, manager: str, options: ApplyOptions, send: Send) -> None:
        self._client = client
        self._manager = manager
        self._options = options
        self._send = send

    async def settle(self, item: DesiredObject, uid: str, error: ApiError, *, fresh: bool) -> LiveObject:
        """Share the fields in which all agree, and take the others if this owner comes before all that have them.

        Args:
            error: The conflict, as the API server told it.
            fresh: Vidra has never applied this object.

        Raises:
            ObjectError: Another one comes first, or the object changes too fast to tell.
            ApiError: Refused for another reason, or another object is there by now.
        """
        for _ in range(ATTEMPTS):
            stored, version = await self._stored(item, uid, error, fresh=fresh)
            try:
                return await self._take(stored, uid, version, fresh=fresh)
            except ApiError as again:
                if again.code != 409:
                    raise
        raise contested(item.ref, "other owners change it too fast: tried again later", fresh=fresh)

    async def _stored(
        self, item: DesiredObject, uid: str, error: ApiError, *, fresh: bool
    ) -> tuple[DesiredObject, str]:
        """The object as the server would store it, and the version of the object that the server looked at.

        Words have to do where nothing can be rehearsed: a webhook takes no part in it, or it would be refused.
        """
        try:
            after = await try_apply(
                self._client, item.path, item.payload(uid), manager=self._manager, kind=dict[str, Any]
            )
        except ApiError as refusal:
            if refusal.code not in {400, 422} or refusal.conflict:
                raise
            self._must_win(item, error, fresh=fresh)
            found = await look(self._client, item.path)
            if found is None or found.metadata.uid != uid:
                raise error from None
            return item, found.metadata.resource_version
        return item.as_stored(after, self._manager), after["metadata"]["resourceVersion"]

    async def _take(self, item: DesiredObject, uid: str, version: str, *, fresh: bool) -> LiveObject:
        """Ask who would lose, and force only if nothing changed since: nobody else may lose."""
        try:
            return await self._send(item, uid, version=version, force=False)
        except ApiError as error:
            if error.code != 409 or not error.causes:
                raise
            self._must_win(item, error, fresh=fresh)
        return await self._send(item, uid, version=version, force=True)

    def _must_win(self, item: DesiredObject, error: ApiError, *, fresh: bool) -> None:
        if why := why_not(
            contest(error, self._manager), self._options.policies, self._options.conflict_peers, str(item.ref)
        ):
            raise contested(item.ref, why, fresh=fresh)
