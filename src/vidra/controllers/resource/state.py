"""What is remembered of each VidraResource between two reconciles.

Invariant: everything that is kept for one VidraResource is a field of its `ResourceState`, and is dropped with it. All
of it may be lost, and is lost at a restart: it only saves requests and paces them.
"""

from __future__ import annotations

import msgspec

from vidra.api.resource import VidraResource
from vidra.apply.field_owner import Owner
from vidra.apply.inventory import key_of
from vidra.clusters.cluster import Cluster
from vidra.controllers.resource.apply.refused_objects import RefusedObjects
from vidra.controllers.resource.apply.result import ReconcileResult
from vidra.controllers.resource.drift.review import DriftReviewer
from vidra.controllers.resource.drift.unused_rules import UnusedRules
from vidra.controllers.resource.health.deadline import HealthDeadline
from vidra.controllers.resource.status.writer import StatusWriter
from vidra.controllers.runtime.run_if_slow import Postponed, shown_at
from vidra.kube.errors import ApiError, KubeError


class Unwritten(Postponed, frozen=True, kw_only=True):
    """The result of a reconcile that the status does not tell: it could not be written, or need not be yet."""

    until: float = 0.0
    writer: StatusWriter
    result: ReconcileResult
    applied: ReconcileResult | None = None
    """The same before the health of the objects was evaluated, if that is evaluated again before it is written."""


class ResourceState(msgspec.Struct):
    """What is remembered of one VidraResource."""

    cluster: Cluster | None = None
    """The cluster of the last reconcile."""
    restored: bool = False
    """It went back to an earlier state (a backup): the cluster may hold a later one."""
    guard_checked: bool = False
    """Its objects were checked against the guard of their cluster since this process began."""
    pending_release: frozenset[str] = frozenset()
    """Objects that it keeps only until other owners have taken them over."""
    unwritten: Unwritten | None = None
    drift: DriftReviewer = msgspec.field(default_factory=DriftReviewer)
    refused: RefusedObjects = msgspec.field(default_factory=RefusedObjects)
    unused_rules: UnusedRules = msgspec.field(default_factory=UnusedRules)
    health_deadline: HealthDeadline = msgspec.field(default_factory=HealthDeadline)

    def enter(self, cluster: Cluster, owner: Owner) -> Cluster:
        """Use a cluster. If it is not the one from before, the informers there stop watching for this owner."""
        if self.cluster is not None and self.cluster is not cluster:
            self.cluster.leave(owner.manager)
        self.cluster = cluster
        return cluster

    async def write_result(self, writer: StatusWriter, result: ReconcileResult) -> None:
        """Write the status of a reconcile. If that fails, it is written before anything else is done.

        Raises:
            KubeError: It could not be written.
            TooLarge: It is too large to be written.
        """
        try:
            await writer.done(result)
        except KubeError:
            self.unwritten = Unwritten(writer=writer, result=result)
            raise

    def write_later(self, writer: StatusWriter, result: ReconcileResult, applied: ReconcileResult) -> Unwritten:
        """Write the status in a moment: most objects are healthy by then, and one status tells it all.

        Args:
            applied: The same before the health of the objects was evaluated.
        """
        self.unwritten = Unwritten(writer=writer, result=result, applied=applied, until=shown_at())
        return self.unwritten

    def known(self, resource: VidraResource) -> VidraResource:
        """A VidraResource with the UIDs that its last reconcile confirmed, although they could not be written."""
        if self.unwritten is None:
            return resource
        found = self.unwritten.result.outcome.inventory.entries
        entries = tuple(found.get(key_of(entry), entry) for entry in resource.inventory)
        status = msgspec.structs.replace(resource.status, managed_resources=entries)
        return msgspec.structs.replace(resource, status=status)

    async def write_unwritten(self) -> None:
        """Write the status that an earlier reconcile did not write. Nothing is applied again for it.

        Raises:
            KubeError: It still cannot be written.
            TooLarge: It is too large to be written.
        """
        if self.unwritten is None:
            return
        unwritten, self.unwritten = self.unwritten, None
        try:
            await self.write_result(unwritten.writer, unwritten.result)
        except ApiError as error:
            if not (error.conflict or error.not_found):
                raise
            self.unwritten = None  # It is about a VidraResource that does not exist any more.


class ResourceStates:
    """The states of the VidraResources that are reconciled here, by name."""

    def __init__(self) -> None:
        self._states: dict[str, ResourceState] = {}
        self._names: dict[str, str] = {}
        """By field manager, which is all that a cluster knows of an owner."""

    def of(self, owner: Owner) -> ResourceState:
        """The state of a VidraResource; a new one if there was none."""
        self._names[owner.manager] = owner.name
        state = self._states.get(owner.name)
        if state is None:
            state = self._states[owner.name] = ResourceState()
        return state

    def find(self, name: str) -> ResourceState | None:
        """The state of a VidraResource; None if there is none."""
        return self._states.get(name)

    def name_of(self, manager: str) -> str:
        """The name of the VidraResource with this field manager; empty when none has it."""
        return self._names.get(manager, "")

    def pending_release(self, name: str) -> frozenset[str]:
        """The objects that a VidraResource keeps only until other owners have taken them over."""
        state = self._states.get(name)
        return state.pending_release if state else frozenset()

    def forget(self, owner: Owner) -> None:
        """Drop the state: the VidraResource was deleted, or is another replica's."""
        self._names.pop(owner.manager, None)
        self._states.pop(owner.name, None)
