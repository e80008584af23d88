"""Lets the operator see only statuses of VidraResources that this Vidra wrote.

The inventory in a status decides what Vidra deletes, what it takes for its own, and how much a prune is a share of;
conditions decide what others wait for. Who may write `vidraresources/status` can write anything there, and may have no
other right. So every status that Vidra writes carries a seal: an HMAC, with the key of this installation, over the UID
of the VidraResource and all that the status says. The store of VidraResources admits nothing else:

a status with its seal                 as it is
another, where a later one is known    the one that Vidra wrote last; it is written back at once (`status/writer.py`)
another                                without its claims (`apply/unproven.py`): the objects themselves have to tell

A seal has the time of the write in it. So an earlier status of the same VidraResource, copied back with its seal, is
another one as well, unless the server itself went back: it was restored from a backup.

Invariant: what a status without a right seal says deletes nothing, takes nothing over and ends nothing. What it takes
away is lost only if no operator was there that knew better.

One seal over the whole, and not one for each entry: it takes 35 characters whatever the size of the inventory, which is
limited; it shows an entry that is missing as well as one that was added; and what decides beside the inventory
(conditions, an approval, which cluster an address led to) is in it. An entry that somebody forges puts the others in
doubt, too: that costs a look at what is watched anyway.

Earlier versions wrote no seal, and after a key was lost or a backup restored none is right. Then all are unproven once,
until their next reconcile.
"""

from __future__ import annotations

import hmac
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import msgspec

from vidra.api.resource import ResourceStatus, VidraResource
from vidra.apply.desired.digest import Digests
from vidra.apply.inventory_pieces import as_stored
from vidra.apply.unproven import unproven
from vidra.common.backoff import Backoff
from vidra.controllers.runtime.predicates import went_back

BACKOFF = Backoff(first=1, longest=60)
"""Before a status is written back again that somebody keeps writing: it may be another Vidra with another key."""
_NOTHING = ResourceStatus()
_TIME = re.compile("[0-9a-f]{1,12}")


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
        name, new = new.metadata.name, as_stored(new)
        true = self._true(old, new)
        if self._is_sealed(new) and not (true and _time_of(new.status.seal) < _time_of(true.seal)):
            return self._admitted(new)
        if true is None and new.status == _NOTHING:
            return self._admitted(new)
        if true is not None and _without_seal(true) == _without_seal(new.status):
            return self._admitted(new)  # the definition here has no field for a seal, or another Vidra says the same
        self._foreign[name] = Foreign(new.status, proven=true is not None)
        if true is None:
            self._known.pop(name, None)
            true = unproven(new.status, self._digests, name)
        return msgspec.structs.replace(new, status=true)

    def believed(self, resource: VidraResource) -> VidraResource:
        """The VidraResource with its whole inventory, without the claims of an inventory that is not proven.

        A seal is over the status as it is stored, and so over the digests of what of the inventory is elsewhere.
        """
        if self.is_proven(resource):
            return resource
        status = unproven(resource.status, self._digests, resource.metadata.name)
        return resource if status == resource.status else msgspec.structs.replace(resource, status=status)

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
        now = max(int(time.time()), _time_of(resource.status.seal))
        return msgspec.structs.replace(status, seal=self._seal(resource, status, now))

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
        if went_back(old.metadata, new.metadata):
            return None  # the server was restored from a backup: what is there now is older, and true
        return as_stored(old).status

    def _is_sealed(self, item: VidraResource) -> bool:
        seal = item.status.seal
        return bool(seal) and hmac.compare_digest(seal.encode(), self._seal(item, item.status, _time_of(seal)).encode())

    def _seal(self, item: VidraResource, status: ResourceStatus, written: int) -> str:
        """The seal of a status that is written at a time (seconds since 1970)."""
        said = msgspec.json.encode((written, _without_seal(status)))
        return f"{self._digests.seal(item.metadata.uid, said)}-{written:x}"


def _time_of(seal: str) -> int:
    """When a status was written, as its seal says (seconds since 1970); 0 if it does not say."""
    text = seal.partition("-")[2]
    return int(text, 16) if _TIME.fullmatch(text) else 0


def _without_seal(status: ResourceStatus) -> ResourceStatus:
    return msgspec.structs.replace(status, seal="") if status.seal else status
