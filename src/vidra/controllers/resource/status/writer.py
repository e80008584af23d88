"""Writes the status of a VidraResource, and records Events and log lines for what is new."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from vidra.api.conditions import ConditionType, Verdict, find
from vidra.api.destination_server import is_local
from vidra.api.held_prune import HeldPrune
from vidra.api.names import CLUSTER_LABEL, FORGET_LOST
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, ResourceStatus, VidraResource
from vidra.apply.inventory import Inventory, ref_of
from vidra.apply.inventory_reading import InventoryUnseenError
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.common.nearest import did_you_mean
from vidra.common.text import command_line, limited
from vidra.common.urls import host_of
from vidra.controllers.resource.apply.result import ReconcileResult
from vidra.controllers.resource.cluster import cluster_record
from vidra.controllers.resource.health.report import NOT_SEEN, TERMINATING, HealthReport
from vidra.controllers.resource.status.compute import Outcome, is_detail, status_for
from vidra.controllers.resource.status.sealed_status import write_sealed
from vidra.controllers.resource.status.size import TooLarge, refused
from vidra.controllers.runtime import shared_verdicts
from vidra.controllers.runtime.context import ControllerContext, sync_of
from vidra.controllers.runtime.event_reporter import EventReporter, Severity
from vidra.controllers.runtime.health_history import News
from vidra.controllers.runtime.inventory_store import PieceRefusedError
from vidra.controllers.runtime.status_patch import as_read
from vidra.controllers.runtime.unhealthy_objects import ALL_HEALTHY, failed, told
from vidra.kube.errors import ApiError, KubeError
from vidra.manifests import Ref
from vidra.telemetry.tracing import current, start_span

NAMED = 10
"""Objects that an Event names; more would be cut off."""


class StatusWriter:
    """Writes status, Events and log lines of one VidraResource during one reconcile."""

    def __init__(self, shared: ControllerContext, resource: VidraResource) -> None:
        self._shared = shared
        self._resource = resource
        self._events = EventReporter(shared.recorder, resource, "resource")

    async def inventory_ahead(self, outcome: Outcome) -> None:
        """Write the inventory before anything in it is applied.

        Raises:
            KubeError: It could not be written, so nothing may be applied.
            TooLarge: The inventory cannot be written.
            InventoryUnseenError: What it was before cannot be seen any more.
        """
        if not as_read(self._resource, self._shared.resources).is_inventory_seen:
            raise InventoryUnseenError("parts of the inventory were lost during a reconcile")
        await self._write(outcome, handled=False)

    async def done(self, done: ReconcileResult) -> None:
        """The reconcile is complete.

        Raises:
            KubeError: The status could not be written. Nothing was recorded, so this can be called again.
            TooLarge: The status is too large to be written.
        """
        verdict = done.outcome.verdict
        news, by_sync = self._is_news(verdict), self._is_news_of_sync()
        known = await self._write(done.outcome)
        for warning in done.warnings:
            self._record_event("Warning", Reason.WARNED, warning)
        self.kept(done.kept)
        self._doubted()
        if done.reverted:
            self._record_event("Normal", Reason.DRIFT_REVERTED, f"reverted: {_listed(done.reverted)}", change=True)
        if verdict.drift:
            self._record_event("Warning", Reason.DRIFTED, verdict.drift, known=known)
        if not verdict.ready:
            self._say_unready(verdict, known=known)
        elif by_sync and not done.removed:
            self._events.log("Normal", verdict.reason, _changes(done))
        elif done.changed or done.removed or news:
            self._record_event("Normal", verdict.reason, _changes(done), change=bool(done.changed or done.removed))

    async def replaced(self, cluster: Cluster) -> VidraResource:
        """Another cluster is at the address: the listed objects are not in it, and are not to be deleted there.

        Raises:
            KubeError: It could not be written, so nothing may be applied.
        """
        entries = Inventory.of(self._resource.inventory).entries
        left = Inventory({key: entry for key, entry in entries.items() if entry.server != cluster.server})
        message = f"another cluster is at {cluster.server} now (kube-system has the UID {cluster.uid}): everything is "
        verdict = Verdict(ready=False, reason=Reason.PROGRESSING, message=f"{message}applied again", progressing=True)
        health = NOT_SEEN if left.entries else HealthReport()
        await self._write(Outcome(verdict, left, health=health, clusters=cluster_record(cluster)), handled=False)
        lost = len(entries) - len(left.entries)
        event = f"{message}applied again, and none of the {lost} objects in the inventory is deleted there"
        self._record_event("Warning", Reason.CLUSTER_REPLACED, event, change=True)
        return as_read(self._resource, self._shared.resources)

    async def failed(
        self,
        reason: Reason,
        message: str,
        inventory: Inventory | None = None,
        held: HeldPrune | None = None,
        *,
        health: HealthReport = NOT_SEEN,
    ) -> None:
        """The reconcile could not start, or was aborted."""
        verdict = Verdict(ready=False, reason=reason, message=message)
        known = await self._write(self._same(verdict, health, inventory, held))
        self._say_unready(verdict, known=known)

    async def no_cluster(self, error: ClusterError) -> None:
        """The destination's cluster or identity is not known; its Secret may be in a namespace that does not count."""
        hint = ""
        if error.reason is Reason.CLUSTER_CREDENTIALS_MISSING:
            server = host_of(self._resource.spec.destination.server or "")
            hint = self._other_server() + await self._shared.overlooked.hint(CLUSTER_LABEL, server)
        await self.failed(error.reason, f"{error}{hint}")

    def _other_server(self) -> str:
        """Which destination may have been meant, of those in other specs: who reads this status reads them too."""
        own = self._resource.spec.destination.server or ""
        specs = [item.spec.destination for item in (*self._shared.resources, *self._shared.syncs)]
        return did_you_mean(own, (spec.server for spec in specs if spec.server and spec.server != own))

    async def health_changed(self, outcome: Outcome) -> None:
        """Nothing was to be done, but the health of the objects may have changed."""
        news = self._is_news(outcome.verdict)
        known = await self._write(outcome)
        if not outcome.verdict.ready:
            self._say_unready(outcome.verdict, known=known)
        elif news:
            self._record_event("Normal", outcome.verdict.reason, outcome.verdict.message)

    async def too_large(self, message: str, health: HealthReport = NOT_SEEN) -> None:
        """The inventory cannot be written. The status keeps the one it has, and the condition says so."""
        verdict = Verdict(ready=False, reason=Reason.TOO_LARGE, message=message)
        outcome = self._same(verdict, health)
        outcome = msgspec.structs.replace(outcome, checksum="")
        known = False
        try:
            known = await self._write(outcome)
        except TooLarge:
            brief = msgspec.structs.replace(health, listed=())
            known = await self._write(msgspec.structs.replace(outcome, problems=(), drifted=(), health=brief))
        finally:
            self._say_unready(verdict, known=known)

    async def inventory_unseen(self, error: InventoryUnseenError) -> None:
        """Something of the inventory is missing. The status keeps what it has of it.

        Raises:
            KubeError: It could not be written.
        """
        await self.failed(Reason.INVENTORY_MISSING, unseen_message(self._resource, error))

    async def lost_forgotten(self, error: InventoryUnseenError) -> None:
        """A person agreed to go on without what is missing of the inventory.

        Raises:
            KubeError: It could not be written.
            TooLarge: The inventory cannot be written.
        """
        item = as_read(self._resource, self._shared.resources)
        left = self._shared.inventories.without_lost(item)
        message = "what is missing of the inventory is forgotten, as was asked for"
        verdict = Verdict(ready=False, reason=Reason.PROGRESSING, message=message, progressing=True)
        outcome = Outcome(verdict, Inventory.of(left.inventory), total=left.status.objects, health=NOT_SEEN)
        status = status_for(left, outcome, datetime.now(UTC), handled=False)
        await self._stored(left, status, stored=item.status)
        self._record_event("Warning", Reason.INVENTORY_MISSING, f"{message}: {error}", change=True)

    def aborted(self, error: KubeError) -> None:
        """The reconcile failed before the status could be written. Transient failures are only logged."""
        if isinstance(error, ApiError) and not (error.conflict or error.not_found or error.transient):
            reason = Reason.FORBIDDEN if error.forbidden else Reason.REFUSED
            self._record_event("Warning", reason, f"a reconcile was aborted, and its status is not written: {error}")

    async def waiting(self, problem: ObjectProblem, health: HealthReport) -> None:
        """Nothing new is applied until a dependency is met."""
        reason = Reason(problem.reason)
        progressing = reason is Reason.DEPENDENCY_NOT_READY
        verdict = Verdict(ready=False, reason=reason, message=problem.message, progressing=progressing)
        known = await self._write(msgspec.structs.replace(self._same(verdict, health), problems=(problem,)))
        self._say_unready(verdict, known=known)

    async def interrupted(self, inventory: Inventory, held: HeldPrune | None) -> None:
        """The cluster's credentials changed during a reconcile: the next one follows at once, with the new ones.

        Raises:
            KubeError: It could not be written.
        """
        message = "the credentials of the cluster were changed: going on with the new ones"
        verdict = Verdict(ready=False, reason=Reason.PROGRESSING, message=message, progressing=True)
        await self._write(self._same(verdict, NOT_SEEN, inventory, held), handled=False)

    async def deleting(self, outcome: Outcome) -> None:
        """Some objects still exist."""
        known = await self._write(msgspec.structs.replace(outcome, health=TERMINATING))
        if outcome.verdict.reason is not Reason.DELETING:
            self._say_unready(outcome.verdict, known=known)

    def adopted(self, objects: Sequence[Ref]) -> None:
        """Objects that somebody else created belong to this owner from now on."""
        if objects:
            named = _listed([str(ref) for ref in objects])
            self._record_event("Normal", Reason.ADOPTED, f"taken over, and Vidra's from now on: {named}", change=True)

    def kept(self, lines: Sequence[str]) -> None:
        """Objects stay as they are, and are no longer Vidra's."""
        if lines:
            self._record_event("Normal", Reason.KEPT, f"left in the cluster: {_listed(lines)}", change=True)

    def held(self, lines: Sequence[str]) -> None:
        """Objects are deleted but not waited for; somebody else has to remove their finalizers."""
        if lines:
            self._record_event(
                "Warning", Reason.LEFT_BEHIND, f"there until their finalizers are taken off: {_listed(lines)}"
            )

    async def write_back(self) -> None:
        """Somebody else wrote the status, and it is known what Vidra wrote last: that is written again.

        Raises:
            KubeError: It could not be written.
        """
        item = as_read(self._resource, self._shared.resources)
        await write_sealed(self._shared, item, item.status)
        message = (
            "somebody else wrote the status: what Vidra wrote last was written back, and theirs counts for nothing"
        )
        self._record_event("Warning", Reason.STATUS_NOT_OURS, message)

    def joined(self, entries: Sequence[ManagedObject]) -> None:
        """Namespaces count as there before, because nothing shows that they were not."""
        if entries:
            message = (
                "the status does not show that this Vidra wrote it, and somebody else holds fields of these "
                "Namespaces: they count as there before Vidra, and are not deleted when they are no longer wanted: "
                f"{_listed([_place(entry) for entry in entries])}"
            )
            self._record_event("Warning", Reason.STATUS_NOT_OURS, message, change=True)

    def spared(self, definition: str) -> None:
        """The CRD is being deleted, so the objects stay."""
        entries = self._resource.inventory
        message = (
            f"the definition {definition} is being deleted, which does not ask to delete objects: {len(entries)} stay "
            "as they are, with Vidra's marks on them. Restore it (vidra crds | kubectl apply --server-side -f -) and "
            f"create the syncs again, and they are Vidra's again: {_listed([_place(entry) for entry in entries])}"
        )
        self._record_event("Warning", Reason.KEPT, message, change=True)

    def orphaned(self, outcome: Outcome) -> None:
        """The deadline of a deletion is over."""
        objects = [_place(entry) for entry in outcome.inventory.listing()]
        why = f" ({outcome.problems[0].message})" if outcome.problems else ""
        message = f"deletionTimeout is over, and these objects may still exist: {_listed(objects)}{why}"
        self._record_event("Warning", Reason.LEFT_BEHIND, message, change=True)

    async def suspended(self, health: HealthReport) -> None:
        """Suspended. What the last reconcile found stays true of what was applied."""
        item = self._resource
        name = item.metadata.name if item.spec.suspend else sync_of(item)
        await self._write(self._same(shared_verdicts.suspended(item.status.conditions, name), health))

    async def internal_error(self) -> None:
        """The reconcile ended in a fault of Vidra's own.

        Raises:
            KubeError: It could not be written.
        """
        verdict = shared_verdicts.internal_error()
        await self.failed(verdict.reason, verdict.message)

    def _doubted(self) -> None:
        """Report other servers that may be the same cluster, or may only say so."""
        destination = self._resource.spec.destination
        if others := self._shared.clusters.doubles(destination.server or "", destination.context or ""):
            message = (
                f"{limited(others, NAMED)} says that it is this same cluster (the UID of kube-system is equal), and "
                "does not prove it: what is owned by way of one address does not count for the other. If it is the "
                "same, give both kubeconfigs one certificate-authority-data and one tls-server-name; if not, see who "
                "runs it"
            )
            self._record_event("Warning", Reason.CLUSTER_NOT_PROVEN, message)

    def _same(
        self, verdict: Verdict, health: HealthReport, inventory: Inventory | None = None, held: HeldPrune | None = None
    ) -> Outcome:
        """An outcome that changes only the verdict, and what is passed in.

        Invariant: the inventory is kept, also where it was only announced: what is written here may be the first
        status, after which an announcement does not count any more.
        """
        item = as_read(self._resource, self._shared.resources)
        status = item.status
        inventory = inventory or Inventory.of(item.inventory)
        return Outcome(
            verdict,
            inventory,
            status.problems,
            status.objects,
            status.ready_objects,
            status.applied_checksum,
            held or status.held_prune,
            status.drifted,
            health if inventory.entries else HealthReport(),
        )

    async def _write(self, outcome: Outcome, *, handled: bool = True) -> bool:
        """Write an outcome, unless it says nothing new but details of health, and those were written a moment ago.

        Returns:
            Whether the conditions were the same before, or stay so for now.
        """
        item = as_read(self._resource, self._shared.resources)
        seen = self._shared.delivery_tracer.begun(item)
        status = status_for(item, outcome, datetime.now(UTC), handled=handled, seen=seen)
        history = self._shared.health.of(item.kind, item.metadata.name)
        detail = is_detail(item.status, status) and self._shared.seals.foreign(item) is None
        if status != item.status and not history.may_write(detail=detail):
            return True
        with start_span("write status"):
            await self._stored(item, status)
        if handled:
            self._shared.delivery_tracer.record_outcome(item, outcome.verdict, outcome.checksum, outcome.health.status)
            self._say_health(history.news(item.status.health, outcome.health.status), outcome)
        return status.conditions == item.status.conditions

    async def _stored(self, item: VidraResource, status: ResourceStatus, stored: ResourceStatus | None = None) -> None:
        try:
            await write_sealed(self._shared, item, status, stored=stored)
        except (ApiError, PieceRefusedError) as error:
            if isinstance(error, ApiError) and not error.too_large:
                raise
            size = len(msgspec.json.encode(status))
            raise refused(len(status.managed_resources), size, str(error)) from None

    def _is_news(self, verdict: Verdict) -> bool:
        status = as_read(self._resource, self._shared.resources).status
        before = find(status.conditions, ConditionType.READY)
        return before is None or before.reason != verdict.reason

    def _is_news_of_sync(self) -> bool:
        """Whether a success is reported by the sync that made the VidraResource.

        A poll and the first reconcile of what it created are one piece of news, and one Event of the sync tells it of
        all its VidraResources. What an earlier reconcile began, such as a failure, an Event of the VidraResource ends.
        """
        return bool(sync_of(self._resource)) and not self._resource.has_status

    def _say_health(self, news: News, outcome: Outcome) -> None:
        """Report objects that failed, unless the verdict does, and that all are healthy again."""
        if news == "failed" and outcome.verdict.reason is not Reason.UNHEALTHY:
            self._record_event("Warning", Reason.UNHEALTHY, told(failed(outcome.health.listed)))
        elif news == "healthy":
            self._record_event("Normal", Reason.HEALTHY, ALL_HEALTHY)

    def _say_unready(self, verdict: Verdict, *, known: bool = False) -> None:
        self._record_event("Normal" if verdict.progressing else "Warning", verdict.reason, verdict.message, known=known)

    def _record_event(
        self, kind: Severity, reason: Reason, message: str, *, change: bool = False, known: bool = False
    ) -> None:
        server = self._resource.spec.destination.server
        if server and not is_local(server) and server not in message:
            message = f"{message} (cluster {server})"
        self._events.say(kind, reason, message, change=change, known=known, trace=current().trace)


def unseen_message(resource: VidraResource, error: InventoryUnseenError) -> str:
    """What a status says of an inventory of which something is missing."""
    name = resource.metadata.name
    forget = command_line("kubectl", "annotate", "vidraresource", name, f"{FORGET_LOST}={error.id}", "--overwrite")
    return (
        f"{error}. Nothing is applied, pruned or deleted until that is there again: restore it from a backup. To go on "
        f"without: {forget}. Then what is in the manifest is listed again, and other objects that only the lost part "
        "listed stay"
    )


def _changes(done: ReconcileResult) -> str:
    parts = [f"{done.changed} of {done.outcome.total} objects applied"] if done.changed else []
    parts += [f"{done.removed} pruned"] if done.removed else []
    return ", ".join(parts) or done.outcome.verdict.message


def _listed(lines: Sequence[str]) -> str:
    return limited(lines, NAMED, last=", and ")


def _place(entry: ManagedObject) -> str:
    return f"{ref_of(entry)} at {entry.server}" if entry.server else str(ref_of(entry))
