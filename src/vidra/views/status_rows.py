"""Syncs, VidraResources and their objects as rows of lists: what their status says, shortened. Pure; no request.

Invariant: a row has a bounded size, whatever a status holds, and no value of a Secret.
"""

from __future__ import annotations

from typing import Any

import msgspec

from vidra.api.conditions import ConditionType, find
from vidra.api.dependencies import Dependency
from vidra.api.health import Status
from vidra.api.held_prune import HeldPrune
from vidra.api.names import SYNC_PLURALS
from vidra.api.resource import ManagedObject, VidraResource
from vidra.api.sync import Sync, sync_key
from vidra.apply.inventory import ref_of
from vidra.controllers.runtime.context import sync_of
from vidra.views.resource_names import Item
from vidra.views.state import State, drifts, state_of

LONGEST = 300
"""Characters of a message in a row; a page of its own has all of it."""


class Held(msgspec.Struct, frozen=True):
    """What is held back."""

    id: str
    objects: int
    of: int
    """Objects in the inventories."""


class _Row(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    version: str
    """resourceVersion: another one when anything of it changed."""
    state: State
    reason: str = ""
    message: str = ""
    since: str = ""
    """When Ready changed last (RFC 3339)."""
    changed: str = ""
    """When the last reconcile that changed anything ended (RFC 3339)."""
    created: str = ""
    suspended: bool = False
    drifted: bool = False
    health: Status | None = None
    held: Held | None = None
    objects: int = 0
    server: str = ""
    """Empty for the cluster that Vidra runs in."""
    depends_on: tuple[str, ...] = ()
    """Syncs by their keys, all else as a person says it: with a space."""


class SyncRow(_Row, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A sync, whatever its kind and its source."""

    source: str
    """Which kind of source: infrahub, git, …"""
    address: str
    """Where the source is."""
    selects: str = ""
    """What is read there: a name of artifacts, folders."""
    follows: str = ""
    """Which revision its spec names."""
    revision: str = ""
    """Which revision was listed last; empty for Infrahub."""
    resources: int = 0
    ready_resources: int = 0
    selector: bool = False
    """Whether it goes to every cluster that a selector matches."""
    cluster_progress: str = ""


class ResourceRow(_Row, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A VidraResource."""

    sync: str = ""
    """Empty when a person made it."""
    artifact_id: str = ""
    ready_objects: int = 0
    problems: int = 0
    up_to_date: bool = True
    """Whether its newest text was applied completely."""


class ClusterRow(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A sync with a clusterSelector, in one cluster."""

    name: str
    server: str
    ready: bool = False
    reason: str = ""
    message: str = ""


class ObjectRow(msgspec.Struct, frozen=True, array_like=True):
    """An object of an inventory, or one that could not be applied; an array, for there are many."""

    kind: str
    api_version: str
    namespace: str
    name: str
    server: str
    state: str
    """current, applied (its own health is not said), unconfirmed, drifted, problem, ended, failed, progressing,
    terminating, unknown."""
    message: str = ""
    wave: int = 0


_HEALTHS = {
    Status.FAILED: "failed",
    Status.TERMINATING: "terminating",
    Status.IN_PROGRESS: "progressing",
    Status.UNKNOWN: "unknown",
    Status.CURRENT: "current",
}


def sync_row(sync: Sync) -> SyncRow:
    """The row of a sync."""
    status, source = sync.status, sync.source
    kind, address = source.address
    return SyncRow(
        **_common(sync),
        source=kind,
        address=shortened(address),
        selects=shortened(source.selects),
        follows=shortened(source.follows),
        revision=shortened(status.revision),
        resources=status.resources,
        ready_resources=status.ready_resources,
        selector=sync.spec.destination.cluster_selector is not None,
        cluster_progress=status.cluster_progress,
    )


def resource_row(resource: VidraResource) -> ResourceRow:
    """The row of a VidraResource."""
    status, content = resource.status, resource.spec.content
    return ResourceRow(
        **_common(resource),
        sync=sync_of(resource),
        artifact_id=content.artifact_id if content else "",
        ready_objects=status.ready_objects,
        problems=len(status.problems),
        up_to_date=content is None or content.checksum == status.applied_checksum,
    )


def held_of(item: Item) -> Held | None:
    """What it holds back until a person agrees."""
    held = item.status.held_prune
    approved = isinstance(held, HeldPrune) and held.approved
    return Held(held.id, held.objects, held.of) if held and not approved else None


def cluster_rows(sync: Sync) -> tuple[ClusterRow, ...]:
    """How a sync does in each cluster that its status lists."""
    return tuple(
        ClusterRow(
            name=each.name, server=each.server, ready=each.ready, reason=each.reason, message=shortened(each.message)
        )
        for each in sync.status.clusters
    )


def object_rows(resource: VidraResource) -> list[ObjectRow]:
    """The objects of an inventory, and behind them what could not be applied."""
    status = resource.status
    problems = {item.object: item.message for item in status.problems if item.object}
    drifted = {item.object: ", ".join(item.fields) for item in status.drifted}
    unhealthy = {item.object: item for item in status.unhealthy}
    # The list is bounded: of an object that is not in it, something is known only if it is complete.
    complete = status.health is Status.CURRENT or 0 < status.unhealthy_objects == len(unhealthy)
    well = "current" if complete else "applied"
    unseen = _unseen_rows(resource)
    if not problems and not drifted and not unhealthy:
        return [_object_row(entry, _plain_state(entry, well), "") for entry in status.managed_resources] + unseen
    rows, known = [], set()
    for entry in status.managed_resources:
        known.add(ref := str(ref_of(entry)))
        state, message = _plain_state(entry, well), ""
        if ref in problems:
            state, message = "problem", problems[ref]
        elif ref in drifted:
            state, message = "drifted", drifted[ref]
        elif found := unhealthy.get(ref):
            state, message = _HEALTHS[found.health], found.message
        rows.append(_object_row(entry, state, message))
    server = resource.spec.destination.server or ""
    others = ((ref, message) for ref, message in problems.items() if ref not in known)
    rows += [ObjectRow("", "", "", shortened(ref), server, "problem", shortened(message)) for ref, message in others]
    return rows + unseen


def unseen_objects(resource: VidraResource) -> str:
    """How many objects are in the part of an inventory that is not here; empty when all of it is."""
    pieces = resource.status.inventory
    if pieces is None or resource.is_inventory_seen:
        return ""
    left, names = pieces.objects - len(resource.status.managed_resources), f"ConfigMaps of {pieces.namespace}"
    return f"{left} more objects are listed in {names}, and cannot be seen: they are missing, or you may not read them"


def _unseen_rows(resource: VidraResource) -> list[ObjectRow]:
    unseen = unseen_objects(resource)
    return [ObjectRow("", "", "", "status.inventory", "", "unknown", shortened(unseen))] if unseen else []


def shortened(text: str) -> str:
    """A text for a row."""
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _plain_state(entry: ManagedObject, well: str) -> str:
    """The state of an object with which nothing is wrong, as far as the status says."""
    if entry.ended:
        return "failed" if entry.ended == "Failed" else "ended"
    return well if entry.uid else "unconfirmed"


def _object_row(entry: ManagedObject, state: str, message: str) -> ObjectRow:
    return ObjectRow(
        entry.kind,
        entry.api_version,
        entry.namespace,
        entry.name,
        entry.server,
        state,
        shortened(message),
        entry.wave,
    )


def _common(item: Item) -> dict[str, Any]:
    ready = find(item.status.conditions, ConditionType.READY)
    return {
        "version": item.metadata.resource_version,
        "state": state_of(item),
        "reason": ready.reason if ready else "",
        "message": shortened(ready.message if ready else "not reconciled yet"),
        "since": ready.last_transition_time if ready else "",
        "changed": item.status.last_sync_time,
        "created": item.metadata.creation_timestamp,
        "suspended": item.spec.suspend,
        "drifted": drifts(item),
        "held": held_of(item),
        "health": item.status.health,
        "objects": item.status.objects,
        "server": item.spec.destination.server or "",
        "depends_on": _depends_on(item),
    }


def _depends_on(item: Item) -> tuple[str, ...]:
    return tuple(map(_dependency, item.spec.depends_on))


def _dependency(given: Dependency) -> str:
    return sync_key(given.kind, given.name) if given.own and given.kind in SYNC_PLURALS else str(given)
