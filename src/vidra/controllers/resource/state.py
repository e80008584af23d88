"""What is remembered of each VidraResource between two reconciles.

Invariant: everything that is kept for one VidraResource is a field of its `ResourceState`, and goes with it. All of it
may be lost, and is with the process: it spares requests, and paces them.
"""

from __future__ import annotations

import msgspec

from vidra.apply.field_owner import Owner
from vidra.clusters.cluster import Cluster
from vidra.controllers.resource.apply.refused_objects import RefusedObjects
from vidra.controllers.resource.apply.result import ReconcileResult
from vidra.controllers.resource.drift.review import DriftReviewer
from vidra.controllers.resource.drift.unused_rules import UnusedRules
from vidra.controllers.resource.health.deadline import HealthDeadline
from vidra.controllers.resource.status.writer import StatusWriter
from vidra.kube.errors import ApiError, KubeError


class ResourceState(msgspec.Struct):
    """What is remembered of one VidraResource."""

    cluster: Cluster | None = None
    """Where it was reconciled last."""
    restored: bool = False
    """It went back to an earlier state: what is in the cluster may be of a later one."""
    guard_checked: bool = False
    """Its objects were held against the guard of their cluster since this process began."""
    pending_release: frozenset[str] = frozenset()
    """Objects that it keeps only until others have taken them over."""
    unwritten: tuple[StatusWriter, ReconcileResult] | None = None
    """What a reconcile came to whose status could not be written."""
    drift: DriftReviewer = msgspec.field(default_factory=DriftReviewer)
    refused: RefusedObjects = msgspec.field(default_factory=RefusedObjects)
    unused_rules: UnusedRules = msgspec.field(default_factory=UnusedRules)
    health_deadline: HealthDeadline = msgspec.field(default_factory=HealthDeadline)

    def enter(self, cluster: Cluster, owner: Owner) -> Cluster:
        """Go to a cluster; another one, where it was reconciled before, watches nothing for it any more."""
        if self.cluster is not None and self.cluster is not cluster:
            self.cluster.leave(owner.manager)
        self.cluster = cluster
        return cluster

    async def write_result(self, writer: StatusWriter, result: ReconcileResult) -> None:
        """Write the status of a reconcile; what cannot be written now is written before anything else is done.

        Raises:
            KubeError: It could not be written.
            TooLarge: It never can be.
        """
        try:
            await writer.done(result)
        except KubeError:
            self.unwritten = writer, result
            raise

    async def write_unwritten(self) -> None:
        """Write the status that an earlier reconcile could not: nothing is applied again because of it.

        Raises:
            KubeError: It still cannot be written.
            TooLarge: It never can be.
        """
        if self.unwritten is None:
            return
        (writer, result), self.unwritten = self.unwritten, None
        try:
            await self.write_result(writer, result)
        except ApiError as error:
            if not (error.conflict or error.not_found):
                raise
            self.unwritten = None  # It is about a VidraResource that is no more.


class ResourceStates:
    """The states of the VidraResources that are reconciled here, by name."""

    def __init__(self) -> None:
        self._states: dict[str, ResourceState] = {}
        self._names: dict[str, str] = {}
        """By field manager, which is all that a cluster knows of an owner."""

    def of(self, owner: Owner) -> ResourceState:
        """What is remembered of a VidraResource, from now on if nothing was."""
        self._names[owner.manager] = owner.name
        state = self._states.get(owner.name)
        if state is None:
            state = self._states[owner.name] = ResourceState()
        return state

    def find(self, name: str) -> ResourceState | None:
        """What is remembered of a VidraResource; None when nothing is."""
        return self._states.get(name)

    def name_of(self, manager: str) -> str:
        """The name of the VidraResource with this field manager; empty when none has it."""
        return self._names.get(manager, "")

    def pending_release(self, name: str) -> frozenset[str]:
        """The objects that a VidraResource keeps only until others have taken them over."""
        state = self._states.get(name)
        return state.pending_release if state else frozenset()

    def forget(self, owner: Owner) -> None:
        """Drop all of it: the VidraResource is gone, or another replica's."""
        self._names.pop(owner.manager, None)
        self._states.pop(owner.name, None)
