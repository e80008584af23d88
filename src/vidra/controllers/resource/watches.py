"""Every event that enqueues a VidraResource, with the reason why.

Called by the stores of Vidra's own resources, and by the clusters' informers and object watches (through
`manager/event_relay.py`); it only adds keys to the work queue. Two more things enqueue: a free slot
(`cluster_slots.py`) and time (`requeue.py`, `health/check.py`).
"""

from __future__ import annotations

from collections.abc import Container

from vidra.api.conditions import ConditionType, find, is_ready
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.apply.field_owner import Owner
from vidra.apply.inventory_pieces import StoredPiece
from vidra.clusters.cluster import Cluster
from vidra.clusters.secret_index import concerns
from vidra.controllers.resource.apply.sibling_handover import waits_for_siblings
from vidra.controllers.resource.dependencies import waits_for, waits_for_any
from vidra.controllers.resource.state import ResourceStates
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.predicates import needs_reconcile, went_back
from vidra.controllers.runtime.workqueue import WorkQueue
from vidra.kube.types import Secret

HEALTH_CHECK_AFTER = 0.1
"""Seconds over which health changes are collected into one check."""


class ResourceWatches:
    """Turns events into keys of the work queue: of Vidra's own resources, and of objects in clusters.

    For clusters this is the `ClusterEventHandler`, which knows owners by their field managers.
    """

    def __init__(self, shared: ControllerContext, states: ResourceStates, queue: WorkQueue) -> None:
        self._shared = shared
        self._states = states
        self._queue = queue
        self._dependents: set[str] = set()
        """VidraResources that wait for one of Vidra's own resources: with many, none looks at all others."""
        shared.resources.listen(self._on_resource)
        shared.inventories.pieces.listen(self._on_piece)
        shared.syncs.listen(self._on_sync)
        shared.being_deleted.listen(self.enqueue_conflicts)
        shared.handovers.listen(self._on_sync_distributed)
        shared.cluster_secrets.listen(self._on_kubeconfig)

    def on_object_event(self, manager: str) -> None:
        """An object that this owner holds, or held, was changed or deleted, or a new kind is served: possible drift."""
        resource = self._shared.resources.get(self._states.name_of(manager))
        if resource and self._should_reconcile_on_event(resource):
            self._queue.add(resource.metadata.name)
        else:
            self.on_health_changed(manager)  # Reverted at the interval, but its health is reported now.

    def on_condition_met(self, manager: str) -> None:
        """What this owner waits for is met: a definition, a namespace, a dependency, a field, its cluster."""
        if name := self._states.name_of(manager):
            self._queue.add(name)

    def on_health_changed(self, manager: str) -> None:
        """The health of an object that this owner holds has changed."""
        if name := self._states.name_of(manager):
            self._queue.add_health_check_after(name, HEALTH_CHECK_AFTER)

    def enqueue_conflicts(self) -> None:
        """Objects are about to be released: owners that were refused a field may get it now."""
        for resource in self._shared.resources:
            if any(problem.reason == Reason.CONFLICT for problem in resource.status.problems):
                self._queue.add(resource.metadata.name)

    def _on_resource(self, old: VidraResource | None, new: VidraResource | None) -> None:
        """A VidraResource was changed, created, deleted, requested or restored from a backup."""
        if needs_reconcile(old.metadata if old else None, new.metadata if new else None):
            item = new or old
            assert item is not None
            self._queue.add(item.metadata.name)
        if old and new and went_back(old.metadata, new.metadata):
            self._states.of(Owner(self._shared.hub, new.metadata.name)).restored = True
            self._queue.add(new.metadata.name)
        if new and self._shared.seals.foreign(new):
            self._on_foreign_status(new.metadata.name)
        if old:
            self._dependents.discard(old.metadata.name)
        if new and waits_for_any(new.status.problems):
            self._dependents.add(new.metadata.name)
        if changed := _readiness_changed(old, new):
            self._enqueue_dependents(changed)

    def _on_piece(self, old: StoredPiece | None, new: StoredPiece | None) -> None:
        """A part of an inventory was deleted or changed, or is there again."""
        piece = new or old
        resource = self._shared.resources.get(piece.resource) if piece else None
        named = resource.status.inventory.pieces if resource and resource.status.inventory else ()
        if piece is None or resource is None or all(each.name != piece.metadata.name for each in named):
            return
        ready = find(resource.status.conditions, ConditionType.READY)
        if new is None or (ready is not None and ready.reason == Reason.INVENTORY_MISSING):
            self._queue.add(resource.metadata.name)

    def _on_foreign_status(self, name: str) -> None:
        """Somebody else wrote its status: it is written back at once, and later if that happens again and again."""
        if delay := self._shared.seals.delay(name):
            self._queue.add_after(name, delay)
        else:
            self._queue.add(name)

    def _on_sync(self, old: Sync | None, new: Sync | None) -> None:
        """A sync was suspended or resumed, and with it its VidraResources; or it became Ready."""
        if new and (old is None or old.spec.suspend != new.spec.suspend):
            for resource in self._shared.resources.group(new.key):
                self._queue.add(resource.metadata.name)
        if changed := _readiness_changed(old, new):
            self._enqueue_dependents(changed)

    def _on_sync_distributed(self, sync: str) -> None:
        """All manifests of a sync are distributed: VidraResources that wait for siblings before pruning can decide."""
        for resource in self._shared.resources.group(sync):
            if waits_for_siblings(resource.status.problems):
                self._queue.add(resource.metadata.name)

    def _on_kubeconfig(self, old: Secret | None, new: Secret | None) -> None:
        """The Secret of a cluster changed: VidraResources that apply, or have applied, there get other credentials."""
        for resource in self._shared.resources:
            servers = {resource.spec.destination.server, *(item.server for item in resource.status.clusters)}
            if any(server and concerns(server, old, new) for server in servers):
                self._queue.add(resource.metadata.name)

    def _enqueue_dependents(self, item: Sync | VidraResource) -> None:
        """A dependency became Ready, is no longer Ready, or waits for something else: a cycle may be resolved."""
        for name in self._dependents:
            resource = self._shared.resources.get(name)
            if resource and waits_for(resource.status.problems, item.kind, item.metadata.name):
                self._queue.add(name)

    def _should_reconcile_on_event(self, resource: VidraResource) -> bool:
        """The predicate of object events: drift only where it is reverted by events, the end of a wait always."""
        wanted = self._shared.settings().event_based or resource.spec.destination.reconcile_on_events
        return wanted or resource.metadata.deletion_timestamp is not None or bool(resource.status.problems)


def subscribe(cluster: Cluster, manager: str, reasons: Container[str]) -> None:
    """Have a cluster notify an owner when its problems may be solved, and not for what it waited for before.

    Call this only after the status is written: an owner is enqueued for what its status says that it waits for.
    """
    (cluster.definitions.wait if Reason.KIND_UNKNOWN in reasons else cluster.definitions.done)(manager)
    (cluster.namespaces.wait if Reason.NAMESPACE_MISSING in reasons else cluster.namespaces.done)(manager)
    contested = Reason.CONFLICT in reasons or Reason.NOT_OWNED in reasons
    (cluster.contested.add if contested else cluster.contested.discard)(manager)


def _readiness_changed(
    old: Sync | VidraResource | None, new: Sync | VidraResource | None
) -> Sync | VidraResource | None:
    """Resources that became Ready, are no longer Ready, or wait for something else than before."""
    if old and new and _ready(old) == _ready(new) and old.spec.depends_on == new.spec.depends_on:
        return None
    return new or old


def _ready(item: Sync | VidraResource) -> bool:
    return is_ready(item.status.conditions, item.metadata.generation)
