"""The snapshot of a live object that Vidra manages: digests and health, never the object."""

from __future__ import annotations

import struct
import sys
from collections.abc import Container
from functools import lru_cache
from typing import Protocol

import msgspec

from vidra.api.health import Health
from vidra.api.names import MANAGED_LABEL, MANAGED_VALUE, MANAGER_PREFIX, OWNER_PREFIX, PRUNE
from vidra.kube.discovery import Kind
from vidra.kube.partial_metadata import LiveMeta, ObjectForHealth
from vidra.kube.store import version_number

SELECTOR = f"{MANAGED_LABEL}={MANAGED_VALUE}"
_NOBODY = "before-first-apply"
"""To which the API server assigns all fields of an object without managedFields, at the next apply by anybody."""


class Traces(msgspec.Struct, frozen=True, gc=False):
    """The traces that managers which are no owners leave in managedFields when they write."""

    fields: int = 0
    """Digest of which manager holds what of the object itself."""
    writes: int = 0
    """The same with times, through subresources too, but without the status."""
    scaled: bool = False


NO_TRACES = Traces()


class Writes(msgspec.Struct, frozen=True, gc=False):
    """What an object's metadata say about who wrote it when; `object_doubts.py` compares two of them.

    It is kept as bytes: for a hundred thousand objects, the numbers alone would take 15 MB.
    """

    stamps: tuple[int, ...] = ()
    """Digests of each entry of managedFields: whose it is, and its time."""
    values: int = 0
    """Digest of the labels, annotations and finalizers, which no generation counts."""
    reported: bool = False
    """A controller reports a status, which may be often."""

    def packed(self) -> bytes:
        """The same as bytes."""
        return struct.pack(f"<q?{len(self.stamps)}q", self.values, self.reported, *self.stamps)

    @classmethod
    def unpacked(cls, packed: bytes) -> Writes:
        """What `packed` gave."""
        values, reported, *stamps = struct.unpack(f"<q?{(len(packed) - 9) // 8}q", packed)
        return cls(tuple(stamps), values, reported)


NO_WRITES = Writes().packed()


class ObjectSnapshot(msgspec.Struct, frozen=True, gc=False):
    """What is kept of a live object."""

    uid: str
    version: int
    holders: tuple[tuple[str, str], ...]
    """Each owner's field manager, with the digest of the fields it holds."""
    terminating: bool = False
    shared: bool = False
    """A manager that is no owner holds fields of it too."""
    kept: bool = False
    """Its annotation forbids pruning."""
    health: Health | None = None
    """None until the watch has shown this version of it."""
    scales: bool = False
    """An owner holds `spec.replicas`."""
    generation: int = 0
    touched: int = 0
    """The last generation that somebody else may have made by changing owners' fields without a trace in managedFields,
    such as the order of a list. The first generation seen counts too: what was before is not known."""
    traces: Traces = NO_TRACES
    ended: str = ""
    """How it ended by itself; empty while it runs."""
    lost: bool = False
    """More owners are marked on it than hold fields: somebody removed entries from its managedFields."""
    unheld: tuple[str, ...] = ()
    """The annotations of owners that no field manager holds: whoever wrote them lost the entry in managedFields."""
    written: tuple[int, ...] = ()
    """For each of `holders`: when it last changed a value, in whole seconds since 1970."""
    packed_writes: bytes = NO_WRITES
    doubts: tuple[tuple[str, int], ...] = ()
    """Owners whose values somebody may have changed since they were last applied, each with the number of the doubt;
    numbers grow in time, over all objects of this process."""

    @property
    def writes(self) -> Writes:
        """Who wrote the object when, as far as its metadata tell."""
        return Writes.unpacked(self.packed_writes)

    @property
    def scaled(self) -> bool:
        """Whether a manager sets fields through a subresource, for which the server records no time."""
        return self.traces.scaled

    def digest(self, manager: str) -> str:
        """Digest of what this manager holds; empty if nothing."""
        return next((digest for name, digest in self.holders if name == manager), "")

    def written_by(self, manager: str) -> int:
        """When this manager last changed a value, in whole seconds since 1970; 0 if that is not known."""
        names = (name for name, _ in self.holders)
        return next((time for name, time in zip(names, self.written, strict=False) if name == manager), 0)

    def doubt(self, manager: str) -> int:
        """The number of the last doubt about this owner's values; 0 if there is none."""
        return next((number for name, number in self.doubts if name == manager), 0)


def snapshot_of(meta: LiveMeta, health: Health | None = None) -> ObjectSnapshot:
    """The snapshot of an object."""
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
        unheld=_unheld(meta),
        traces=_traces(meta) if meta.generation else NO_TRACES,
        written=_shared(tuple(entry.written for entry in owners)),
        packed_writes=_writes(meta).packed(),
    )


def held_by(state: ObjectSnapshot, managers: Container[str]) -> ObjectSnapshot:
    """The same object with these owners alone; what others hold under the name of one tells nothing."""
    if all(name in managers for name, _ in state.holders):
        return state
    times = state.written or (0,) * len(state.holders)
    left = [(holder, time) for holder, time in zip(state.holders, times, strict=True) if holder[0] in managers]
    holders, written = tuple(holder for holder, _ in left), tuple(time for _, time in left)
    # Whether more owners are marked on it than hold fields is not known now, so it has to be looked at.
    return msgspec.structs.replace(state, holders=holders, written=written, lost=True)


@lru_cache(maxsize=1024)
def _shared(times: tuple[int, ...]) -> tuple[int, ...]:
    """The same tuple for equal ones: objects that were applied together have the same time."""
    return times


def _unheld(meta: LiveMeta) -> tuple[str, ...]:
    marks = [key for key in meta.annotations or () if key.startswith(OWNER_PREFIX)]
    entries = [entry for entry in meta.managed_fields if entry.manager != _NOBODY]
    return tuple(key for key in marks if not any(f'"f:{key}"'.encode() in bytes(entry.fields) for entry in entries))


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


def _writes(meta: LiveMeta) -> Writes:
    stamps = (hash((one.manager, one.operation, one.subresource, one.time)) for one in meta.managed_fields)
    values = (frozenset((meta.labels or {}).items()), frozenset((meta.annotations or {}).items()), meta.finalizers)
    reported = any(entry.subresource == "status" for entry in meta.managed_fields)
    return Writes(tuple(stamps), hash(values), reported)


class HealthEvaluator(Protocol):
    """Evaluates the health of objects."""

    def needs_body(self, kind: Kind) -> bool:
        """Whether more than metadata is needed for the health of this kind."""
        ...

    def health(self, kind: Kind, item: ObjectForHealth) -> Health:
        """The health of an object."""
        ...

    def end(self, kind: Kind, item: ObjectForHealth) -> str:
        """How an object ended by itself; empty while it runs."""
        ...


def is_drift(old: ObjectSnapshot | None, new: ObjectSnapshot | None) -> bool:
    """Whether owners' fields of an object may have changed, or it was recreated, or is being deleted."""
    if old is None or new is None:
        return old is not new
    return (old.uid, old.holders, old.terminating) != (new.uid, new.holders, new.terminating)
