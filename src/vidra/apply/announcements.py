"""Whether an owner that removes an object first waits for another VidraResource that has announced it.

A VidraResource announces every object of its manifest before it applies the first one. An object that moves to it may
belong to a later wave, and stays until that comes. But whoever writes a manifest can announce anything.

Whoever may write a status can also make an inventory say that an object was applied already.

Invariant: an announcement holds up a removal only while its author could apply the object. It holds up owners with the
same rights as long as it stands, and all others for a limited time, after which the owner removes the object. An
inventory that says more than the object itself is believed only while its VidraResource could apply the object.

announced by                               the owner
one whose account may not write it         removes it
one that is being deleted                  removes it
one with the same account, by one route    waits until it is applied, or announced no more
one with another account                   waits for half of its own deletionTimeout, then removes it
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from math import inf

import msgspec

from vidra.api.resource import ManagedObject, VidraResource
from vidra.apply.desired.object import Key
from vidra.apply.inventory import key_of
from vidra.apply.inventory_index import Claim
from vidra.kube.access_review import is_allowed
from vidra.kube.client import Client
from vidra.kube.discovery import Kind
from vidra.kube.errors import ApiError, KubeError

WITHIN = 8.0
"""Seconds that the answer to a question about rights may take."""
_IMPERSONATE = "cannot impersonate"
"""The API server's words when an account may not be acted as."""

ClientOf = Callable[[VidraResource, str], Client | None]
"""The client of a VidraResource for a server, as its account; None when it has no access there."""


class Wait(msgspec.Struct, frozen=True):
    """How long one owner waits for accounts other than its own."""

    limit: float
    """Seconds."""
    since: dict[Key, float]
    """When the wait for each object began (monotonic)."""
    deadline: float = inf
    """When all of them end (monotonic), if the owner is being deleted."""

    def left(self, entry: ManagedObject) -> float:
        """Seconds until an object is no longer waited for; the first call begins the wait."""
        now = time.monotonic()
        return min(self.since.setdefault(key_of(entry), now) + self.limit, self.deadline) - now


class Announcements:
    """Decides which announcements hold up the removals of one owner.

    Args:
        client_of: Asks the cluster as the account of the announcing VidraResource.
        wait: Of the owner; None: it asks nobody, and waits for every announcement.
    """

    def __init__(self, client_of: ClientOf = lambda _resource, _server: None, wait: Wait | None = None) -> None:
        self._client_of = client_of
        self._wait = wait
        self.again = inf
        """Seconds until a wait ends by itself."""

    async def awaited(self, entry: ManagedObject, kind: Kind, claims: Iterable[Claim]) -> Claim | None:
        """The announcement that holds up a removal; None when none does."""
        asked: dict[Client, bool] = {}  # any number of announcements by one account is one question
        for claim in sorted(filter(_may_come, claims), key=lambda claim: not claim.equal):
            if self._wait is None:
                return claim
            left = inf if claim.equal else self._wait.left(entry)
            client = self._client_of(claim.holder, claim.server) if left > 0 else None
            if client is None:
                continue
            if client not in asked:
                asked[client] = await may_apply(client, kind, entry)
            if asked[client]:
                self.again = min(self.again, left)
                return claim
        return None

    async def believes(self, entry: ManagedObject, kind: Kind, claim: Claim) -> bool:
        """Whether an inventory that says it has applied an object is believed, although nothing on the object says so.

        Who may write the status of a VidraResource can write any UID into it. So the question is the same.
        """
        if claim.marked or claim.equal or self._wait is None:
            return True
        client = self._client_of(claim.holder, claim.server)
        return client is not None and await may_apply(client, kind, entry)


def _may_come(claim: Claim) -> bool:
    """Whether an announcement may still come true, as far as that is known without a request."""
    return claim.proven and claim.heads_there and not claim.holder.metadata.deletion_timestamp


async def may_apply(client: Client, kind: Kind, entry: ManagedObject) -> bool:
    """Whether a client's account may apply an object that exists. It may as long as that cannot be found out."""
    group = kind.api_version.rpartition("/")[0]
    attributes = {"verb": "patch", "group": group, "resource": kind.plural, "name": entry.name}
    if kind.namespaced:
        attributes["namespace"] = entry.namespace
    try:
        async with asyncio.timeout(WITHIN):
            return await is_allowed(client, attributes)
    except ApiError as error:
        # Who may not act as the account applies nothing as it; that rights cannot be asked for says nothing of them.
        return not (error.forbidden and _IMPERSONATE in str(error))
    except (KubeError, TimeoutError):
        return True
