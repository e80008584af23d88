"""Lets the operator see only statuses of VidraResources that this Vidra wrote.

The inventory in a status decides what Vidra deletes, what it takes for its own, and how much a prune is a share of;
conditions decide what others wait for. Who may write `vidraresources/status` can write anything there, and may have no
other right. So every status that Vidra writes carries a seal: an HMAC, with the key of this installation, over the UID
of the VidraResource and all that the status says. The store of VidraResources admits nothing else:

a status with its seal             as it is
another, for one that is known     the last one that Vidra wrote; it is written back at once (`status/writer.py`)
another, for one that is not       without its claims (`apply/unproven.py`): the objects themselves have to tell

Invariant: what a status without a right seal says deletes nothing, takes nothing over and ends nothing. What it takes
away is lost only if no operator was there that knew better.

One seal over the whole, and not one for each entry: it takes 26 characters whatever the size of the inventory, which is
limited; it shows an entry that is missing as well as one that was added; and what decides beside the inventory
(conditions, an approval, which cluster an address led to) is in it. An entry that somebody forges puts the others in
doubt, too: that costs a look at what is watched anyway.

Earlier versions wrote no seal, and after a key was lost or a backup restored none is right. Then all are unproven once,
until their next reconcile.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from vidra.api.resource import ResourceStatus, VidraResource
from vidra.apply.desired.digest import Digests
from vidra.apply.unproven import unproven
from vidra.common.backoff import Backoff

BACKOFF = Backoff(first=1, longest=60)
"""Before a status is written back again that somebody keeps writing: it may be another Vidra with another key."""
_NOTHING = ResourceStatus()


class Foreign(msgspec.Struct, frozen=True):
    """A status at the API server that is not what the store shows."""

    stored: ResourceStatus
    """As it is at the API server."""
    proven: bool
    """The store shows what Vidra wrote last; otherwise what is left of this one without its claims."""


class SealedStatuses:
    """Seals statuses, and knows of each VidraResource whether its status is Vidra's.

    Args:
        mine: Whether this replica reconciles a VidraResource: only then its memory is newer than what it sees.
    """

    def __init__(self, digests: Digests, mine: Callable[[VidraResource], bool]) -> None:
        self._digests = digests
        self._mine = mine
        self._known: dict[str, str] = {}
        """UIDs of VidraResources of which the store shows what Vidra wrote, by name."""
        self._foreign: dict[str, Foreign] = {}
        self._writing: dict[str, VidraResource] = {}
        self._written_back: dict[str, int] = {}

    def admit(self, old: VidraResource | None, new: VidraResource) -> VidraResource:
        """The VidraResource as the store is to show it.

        Args:
            old: As the store shows it so far.
        """
        name = new.metadata.name
        if self._is_sealed(new):
            return self._admitted(new)
        true = self._true(old, new)
        if true is None and new.status == _NOTHING:
            return self._admitted(new)
        if true is not None and _without_seal(true) == _without_seal(new.status):
            return self._admitted(new)  # the definition here has no field for a seal, or another Vidra says the same
        self._foreign[name] = Foreign(new.status, proven=true is not None)
        if true is None:
            self._known.pop(name, None)
            true = unproven(new.status, self._digests, name)
        return msgspec.structs.replace(new, status=true)

    def foreign(self, resource: VidraResource) -> Foreign | None:
        """What is at the API server instead of the status of a VidraResource; None when it is this one."""
        return self._foreign.get(resource.metadata.name)

    def is_proven(self, resource: VidraResource) -> bool:
        """Whether Vidra wrote what the status of a VidraResource says."""
        found = self.foreign(resource)
        return found is None or found.proven

    def delay(self, name: str) -> float:
        """Seconds to wait before a status is written back: none the first time."""
        times = self._written_back.get(name, 0)
        return BACKOFF.after(times) if times else 0

    def wrote_back(self, name: str) -> None:
        """A status was written back. It is forgotten when the operator ends, or the VidraResource."""
        self._written_back[name] = self._written_back.get(name, 0) + 1

    def sealed(self, resource: VidraResource, status: ResourceStatus) -> ResourceStatus:
        """The status with its seal."""
        return msgspec.structs.replace(status, seal=self._seal(resource, status))

    @contextmanager
    def writing(self, resource: VidraResource, status: ResourceStatus) -> Iterator[None]:
        """While this lasts the status is what Vidra says, whatever somebody else writes at the same time."""
        name = resource.metadata.name
        self._writing[name] = msgspec.structs.replace(resource, status=status)
        try:
            yield
        finally:
            self._writing.pop(name, None)

    def forget(self, name: str, *, gone: bool) -> None:
        """Another replica reconciles it from now on, so that what is known of it grows old; or it was deleted."""
        self._known.pop(name, None)
        self._written_back.pop(name, None)
        found = self._foreign.pop(name, None)
        if found is not None and not gone:
            self._foreign[name] = Foreign(found.stored, proven=False)

    def _admitted(self, new: VidraResource) -> VidraResource:
        self._foreign.pop(new.metadata.name, None)
        self._known[new.metadata.name] = new.metadata.uid
        return new

    def _true(self, old: VidraResource | None, new: VidraResource) -> ResourceStatus | None:
        """What Vidra wrote last into the status of this very VidraResource, if that is known here."""
        name, uid = new.metadata.name, new.metadata.uid
        writing = self._writing.get(name)
        if writing is not None and writing.metadata.uid == uid:
            return writing.status
        if old is None or old.metadata.uid != uid or self._known.get(name) != uid or not self._mine(new):
            return None
        return old.status

    def _is_sealed(self, item: VidraResource) -> bool:
        return bool(item.status.seal) and hmac.compare_digest(item.status.seal.encode(), self._seal(item).encode())

    def _seal(self, item: VidraResource, status: ResourceStatus | None = None) -> str:
        said = msgspec.json.encode(_without_seal(status or item.status))
        return self._digests.seal(item.metadata.uid, said)


def _without_seal(status: ResourceStatus) -> ResourceStatus:
    return msgspec.structs.replace(status, seal="") if status.seal else status
