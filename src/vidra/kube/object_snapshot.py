"""What stays of a live object that Vidra manages: a few digests and its health, never the object."""

from __future__ import annotations

import sys
from typing import Protocol

import msgspec

from vidra.api.health import Health
from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE, MANAGER_PREFIX, OWNER_PREFIX, PRUNE
from vidra.kube.discovery import Kind
from vidra.kube.partial_metadata import LiveMeta, ObjectForHealth
from vidra.kube.store import version_number

SELECTOR = f"{MANAGED_LABEL}={MANAGED_VALUE}"


class Traces(msgspec.Struct, frozen=True, gc=False):
    """What those who are no owners leave in field ownership when they write."""

    fields: int = 0
    """Stands for who holds what of the object itself."""
    writes: int = 0
    """Stands for the same and for when, through subresources too, but not with the status."""
    scaled: bool = False


NO_TRACES = Traces()


class ObjectSnapshot(msgspec.Struct, frozen=True, gc=False):
    """What stays of a live object."""

    uid: str
    version: int
    holders: tuple[tuple[str, str], ...]
    """Each owner's field manager, with the digest of the fields it holds."""
    terminating: bool = False
    shared: bool = False
    """Somebody who is no owner holds fields of it too."""
    kept: bool = False
    """It says that it stays when it is no longer wanted."""
    health: Health | None = None
    """None until the watch has shown this version of it."""
    scales: bool = False
    """An owner holds the number of its replicas."""
    generation: int = 0
    touched: int = 0
    """The last generation that somebody else may have made by changing what owners hold, without a trace of that in
    field ownership: the order of a list, for example. The first one seen counts: what was before is not known."""
    traces: Traces = NO_TRACES
    ended: str = ""
    """How it came to its end by itself; empty while it has not."""
    lost: bool = False
    """More owners are named on it than hold fields: somebody took entries out of its managedFields."""

    @property
    def scaled(self) -> bool:
        """Whether somebody sets fields through a subresource, of which the server notes no time."""
        return self.traces.scaled

    def digest(self, manager: str) -> str:
        """Digest of what this manager holds; empty if nothing."""
        return next((digest for name, digest in self.holders if name == manager), "")


def snapshot_of(meta: LiveMeta, health: Health | None = None) -> ObjectSnapshot:
    """What to keep of an object."""
    owners = [
        entry
        for entry in meta.managed_fields
        if entry.operation == "Apply" and entry.manager.startswith(MANAGER_PREFIX) and not entry.subresource
    ]
    holders = tuple((sys.intern(entry.manager), entry.digest) for entry in owners)
    scales = any(b'"f:replicas"' in bytes(entry.fields) for entry in owners)
    shared = any(
        not entry.manager.startswith(MANAGER_PREFIX) and not entry.subresource for entry in meta.managed_fields
    )
    terminating = meta.deletion_timestamp is not None
    kept = (meta.annotations or {}).get(PRUNE) == "disabled"
    lost = sum(key.startswith(OWNER_PREFIX) for key in meta.annotations or ()) > len(holders)
    return ObjectSnapshot(
        *(meta.uid, version_number(meta.resource_version), holders, terminating, shared, kept, health, scales),
        generation=meta.generation,
        touched=meta.generation,
        lost=lost,
        traces=_traces(meta) if meta.generation else NO_TRACES,
    )


def _traces(meta: LiveMeta) -> Traces:
    others = [
        entry
        for entry in meta.managed_fields
        if entry.subresource != "status" and not entry.manager.startswith(MANAGER_PREFIX)
    ]
    if not others:
        return NO_TRACES
    held = [(entry.subresource, entry.manager, entry.digest) for entry in others]
    fields = tuple(hold for hold in held if not hold[0])
    writes = (tuple(held), tuple(entry.time for entry in others))
    return Traces(hash(fields), hash(writes), len(fields) < len(held))


class HealthEvaluator(Protocol):
    """Tells how objects are."""

    def needs_body(self, kind: Kind) -> bool:
        """Whether more than its metadata is needed to tell how an object of this kind is."""
        ...

    def health(self, kind: Kind, item: ObjectForHealth) -> Health:
        """How an object is."""
        ...

    def end(self, kind: Kind, item: ObjectForHealth) -> str:
        """How an object came to its end by itself; empty while it has not."""
        ...


def is_drift(old: ObjectSnapshot | None, new: ObjectSnapshot | None) -> bool:
    """Whether somebody may have changed what owners hold of an object, or the object is another, or on its way out."""
    if old is None or new is None:
        return old is not new
    return (old.uid, old.holders, old.terminating) != (new.uid, new.holders, new.terminating)


def is_doubtful(old: ObjectSnapshot | None, new: ObjectSnapshot | None) -> bool:
    """Whether somebody may have changed what owners hold in a way that only a look at the object can tell.

    Where somebody sets fields through a subresource each of their writes looks so: that is looked at later.
    """
    return old is not None and new is not None and new.touched > old.touched and not new.scaled
