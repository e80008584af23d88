"""Drives passes over VidraResources: when, and with which text."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection
from datetime import UTC, datetime

import msgspec
import structlog
from structlog.contextvars import bound_contextvars

from vidra.api.conditions import is_ready
from vidra.api.health import Status
from vidra.api.names import CLUSTER_LABEL, RESOURCE_FINALIZER
from vidra.api.policies import ConflictPolicy
from vidra.api.reasons import Reason
from vidra.api.resource import ManagedObject, ObjectProblem, VidraResource
from vidra.api.sync import InfrahubSync
from vidra.api.times import parse_interval
from vidra.apply.completion import noted
from vidra.apply.field_owner import Owner, hub_of
from vidra.apply.inventory import Inventory, ref_of
from vidra.apply.inventory_index import Claims, Place
from vidra.apply.options import Terms
from vidra.apply.refusals import pause
from vidra.clusters.circuit_breaker import BeingAsked
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.clusters.kubeconfig_secret import host_of
from vidra.clusters.secret_index import concerns
from vidra.controllers.resource.apply.conflict_peers import rivals_in
from vidra.controllers.resource.apply.handover import may_take, waits_for_siblings
from vidra.controllers.resource.apply.protected import Judged
from vidra.controllers.resource.apply.reconcile import Broken, Done, apply_pass
from vidra.controllers.resource.apply.retry import Retries
from vidra.controllers.resource.apply.up_to_date import at_peace, distrusted, settled, watched
from vidra.controllers.resource.cluster import Reach, kind_at
from vidra.controllers.resource.concurrency import Places
from vidra.controllers.resource.definition_deleted import Definitions
from vidra.controllers.resource.dependencies import foreign_obstacle, gated, own_obstacle, waits_for
from vidra.controllers.resource.drift.review import Drifts
from vidra.controllers.resource.finalize import delete_pass, grace_of, time_left, unexplained
from vidra.controllers.resource.health import Patience, also_unseen, health_over, waited_for, wellness
from vidra.controllers.resource.migration import Move
from vidra.controllers.resource.status.compute import Outcome, as_applied, reason_of
from vidra.controllers.resource.status.size import TooLarge, overfull
from vidra.controllers.resource.status.writer import Reporter
from vidra.controllers.runtime.content_chunks import ContentError
from vidra.controllers.runtime.context import Shared, lead_of, sync_of
from vidra.controllers.runtime.offload import breathe
from vidra.controllers.runtime.predicates import calls_for_pass, went_back
from vidra.controllers.runtime.status_patch import set_finalizers
from vidra.controllers.runtime.workqueue import Next, Queue
from vidra.kube.discovery import DiscoveryStale
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.types import Secret
from vidra.manifests import Ref

log = structlog.get_logger("vidra.resource")

WORKERS = 128
"""Passes at a time. Each cluster has places of its own, so that one that hangs does not hold many of them."""
TRY_AGAIN_AFTER = 2.0
"""Seconds after which a pass that waits for a place looks again, should nobody call it."""
ANSWERED_WITHIN = 15.0
"""Seconds after which a pass looks again that waits for a cluster to say whether it is there, should nobody call it."""
LONGEST_WAIT = 30.0
"""Seconds between looks at what somebody else has to end, if no watch tells when: a kind, a namespace, a deletion."""
LAST_TRY = 10.0
"""Seconds that a deletion may try when its time is over, or almost: the operator may have been away meanwhile."""
GLANCE_AFTER = 0.1
"""Seconds over which news of how objects are is gathered into one look."""
MOMENT = 0.5
"""Seconds by which a deletion may end late, so that the end of its time is not crept up to."""


class ResourceController:
    """Keeps every VidraResource's objects as its manifest says."""

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._names: dict[str, str] = {}
        self._unwanted: dict[str, frozenset[str]] = {}
        """Objects that VidraResources keep only until others have taken them over, by name."""
        self._drifts = Drifts(self._others)
        self._retries = Retries()
        self._claims = Claims(shared.resources, shared.hub, lambda item: lead_of(item) in shared.share)
        self._patience = Patience()
        self._definitions = Definitions(shared.client)
        self._judged = Judged()
        self._restored: set[str] = set()
        """VidraResources that went back to an earlier state: what is in the cluster may be of a later one."""
        self._owed: dict[str, tuple[Reporter, Done]] = {}
        """What passes came to whose status could not be written, by name."""
        self._where: dict[str, Cluster] = {}
        """Where each owner, by field manager, had its last pass."""
        self.queue = Queue("vidraresource", self.work, WORKERS, shared.metrics, glance=self._glance, mine=self._mine)
        self._places = Places(self.queue.add)
        shared.resources.listen(self._resource_changed)
        shared.syncs.listen(self._sync_changed)
        shared.leaving.listen(self._some_leave)
        shared.underway.listen(self._sync_through)
        shared.cluster_secrets.listen(self._credentials_changed)

    def wake(self, manager: str) -> None:
        """Something happened to an object that this field manager holds, or held; or a new kind came."""
        name = self._names.get(manager)
        resource = self._shared.resources.get(name) if name else None
        if resource and self._reacts(resource):
            self.queue.add(resource.metadata.name)
        else:
            self.felt(manager)  # Put back at the interval; but how the objects are is told now.

    def told(self, manager: str) -> None:
        """There is news that whoever has this field manager waits for."""
        if name := self._names.get(manager):
            self.queue.add(name)

    def felt(self, manager: str) -> None:
        """An object that this field manager holds is better or worse than before."""
        if name := self._names.get(manager):
            self.queue.glance_after(name, GLANCE_AFTER)

    def again(self) -> None:
        """Look at everything: a setting changed."""
        for resource in self._shared.resources:
            self.queue.add(resource.metadata.name)

    def begin(self, shard: int) -> None:
        """Work on what is in a shard."""
        for resource in self._in(shard):
            self.queue.add(resource.metadata.name)

    async def end(self, shard: int) -> None:
        """Be through with what is in a shard, and know nothing of it any more: another replica will."""
        await self.queue.parted()
        for resource in self._in(shard):
            self._forget(Owner(self._shared.hub, resource.metadata.name))

    async def work(self, name: str) -> Next:
        """One pass; every failure ends in the status, none goes further."""
        with bound_contextvars(resource=name):
            return await self._work(name)

    async def _work(self, name: str) -> Next:
        resource = self._shared.resources.get(name)
        owner = Owner(self._shared.hub, name)
        if resource is None:
            self._forget(owner)
            return Next()
        self._names[owner.manager] = name
        try:
            if resource.metadata.deletion_timestamp:
                return await self._delete(resource, owner)
            await self._say_owed(name)
            resource = self._shared.resources.get(name) or resource
            with self._shared.journeys.going_on(resource, "pass"):
                return await self._keep(resource, owner)
        except KubeError as error:
            log.warning("pass broken off", error=str(error))
            Reporter(self._shared, resource).broken_off(error)
        except TooLarge as error:
            return await self._too_large(resource, str(error))
        except Exception:
            log.exception("pass failed")
            await Reporter(self._shared, resource).fault()
        return Next(failed=True)

    async def _too_large(self, resource: VidraResource, message: str) -> Next:
        """Say that a status cannot be written. Nothing is done about it before somebody changes something."""
        try:
            await Reporter(self._shared, resource).too_large(message, self._health(resource))
        except (KubeError, TooLarge) as error:
            log.warning("status not written", error=str(error))
        return Next(failed=True)

    def _in(self, shard: int) -> list[VidraResource]:
        shard_of = self._shared.share.shard_of
        return [item for item in self._shared.resources if shard_of(lead_of(item)) == shard]

    def _mine(self, name: str) -> bool:
        resource = self._shared.resources.get(name)
        return resource is None or lead_of(resource) in self._shared.share

    async def _keep(self, resource: VidraResource, owner: Owner) -> Next:
        """Make the pass, and turn what stands in its way into a reason."""
        reporter = Reporter(self._shared, resource)
        if self._suspended(resource):
            return await self._look_on(resource, owner)
        try:
            interval = self._interval(resource)
        except ValueError as error:
            await reporter.failed(Reason.INVALID_SPEC, f"spec.interval: {error}", health=self._health(resource))
            return Next()
        return await self._try(resource, owner, reporter, interval)

    async def _look_on(self, resource: VidraResource, owner: Owner) -> Next:
        """Do nothing, and say how the objects are."""
        reach = Reach(self._shared.clusters, resource)
        try:
            cluster = self._cluster(resource, reach, owner)
            await watched(resource.status.managed_resources, cluster, owner)
        except BeingAsked:
            return Next(after=ANSWERED_WITHIN)
        except (ClusterError, Broken, KubeError, DiscoveryStale):
            health = Status.UNKNOWN
        else:
            health = self._health(resource)
        await Reporter(self._shared, resource).suspended(health)
        return Next()

    async def _try(self, resource: VidraResource, owner: Owner, reporter: Reporter, interval: float) -> Next:
        reach, cluster = Reach(self._shared.clusters, resource), None
        try:
            if resource.status.observed_generation < resource.metadata.generation:
                self._shared.content.check(resource)
            cluster = self._cluster(resource, reach, owner)
            with self._places.place(cluster, owner.name) as free:
                if not free:
                    return Next(after=TRY_AGAIN_AFTER)
                done = await self._pass(resource, reach, cluster, owner)
        except BeingAsked:
            return Next(after=ANSWERED_WITHIN)
        except ClusterError as error:
            await reporter.failed(error.reason, str(error) + await self._overlooked(error, resource))
        except ContentError as error:
            await reporter.failed(error.reason, str(error), health=self._health(resource))
        except Broken as error:
            if cluster is not None and cluster.closed:
                await reporter.interrupted(error.inventory, error.held)
                return Next(after=0)
            await reporter.failed(reason_of(error.cause), str(error.cause), error.inventory, error.held)
            if isinstance(error.cause, ApiError) and error.cause.transient:
                interval = min(interval, LONGEST_WAIT)  # it answers, so that nobody tells when it is well again
        else:
            return self._next(done, owner, interval)
        return Next(after=interval, failed=True)

    async def _overlooked(self, error: ClusterError, resource: VidraResource) -> str:
        """What to add when the Secret that is missing may be where none counts."""
        if error.reason is not Reason.CLUSTER_CREDENTIALS_MISSING:
            return ""
        return await self._shared.overlooked.hint(CLUSTER_LABEL, host_of(resource.spec.destination.server or ""))

    def _cluster(self, resource: VidraResource, reach: Reach, owner: Owner) -> Cluster:
        """The cluster of the destination, if it is there."""
        cluster = reach.destination()
        before = self._where.get(owner.manager)
        if before is not None and before is not cluster:
            before.leave(owner.manager)
        self._where[owner.manager] = cluster
        try:
            cluster.breaker.check(owner.manager)
        except BeingAsked:
            raise
        except KubeError as error:
            raise Broken(error, Inventory.of(resource.status.managed_resources)) from None
        return cluster

    async def _pass(self, resource: VidraResource, reach: Reach, cluster: Cluster, owner: Owner) -> Done | None:
        """Apply, unless nothing is to be done."""
        if owner.name in self._restored:
            resource = distrusted(resource)
        if message := overfull(resource):
            raise TooLarge(message)
        if reach.is_another(cluster):
            resource = await Reporter(self._shared, resource).replaced(cluster)
            reach = Reach(self._shared.clusters, resource)
        judged = not self._judged.due(resource, cluster)
        if judged and await at_peace(resource, cluster, owner, self._drifts.doubts):
            await Reporter(self._shared, resource).felt(self._with_health(as_applied(resource), resource, cluster))
            return None
        if problem := await self._obstacle(resource, cluster, owner):
            await Reporter(self._shared, resource).waiting(problem, self._health(resource))
            return None
        resource = await self._with_finalizer(resource)
        reporter = Reporter(self._shared, resource)
        text = await self._text(resource)
        adopted: list[Ref] = []
        terms = self._terms(resource, cluster, adopted.append)
        move = Move(cluster, resource, owner, self._shared.resources.get)
        try:
            done = await apply_pass(
                *(reach, resource, cluster, owner, text),
                terms=terms,
                move=move,
                drifts=self._drifts,
                retries=self._retries,
                claims=self._claims,
                ahead=reporter.ahead,
            )
        except Broken:
            cluster.breaker.doubt()
            raise
        finally:
            reporter.adopted(adopted)
        await breathe(done.outcome.total)
        done = msgspec.structs.replace(done, outcome=self._with_health(done.outcome, resource, cluster))
        await breathe(done.outcome.total)
        self._count(done)
        await self._done(reporter, owner.name, done)
        self._restored.discard(owner.name)
        self._judged.note(owner.name)
        # Only now: an owner is woken for what its status says that it waits for.
        reasons = {problem.reason for problem in done.outcome.problems}
        (cluster.definitions.wait if Reason.KIND_UNKNOWN in reasons else cluster.definitions.done)(owner.manager)
        (cluster.namespaces.wait if Reason.NAMESPACE_MISSING in reasons else cluster.namespaces.done)(owner.manager)
        contested = not reasons.isdisjoint({Reason.CONFLICT, Reason.NOT_OWNED})
        (cluster.contested.add if contested else cluster.contested.discard)(owner.manager)
        return done

    async def _done(self, reporter: Reporter, name: str, done: Done) -> None:
        """Say what a pass came to; what cannot be said now is said before anything else is done."""
        try:
            await reporter.done(done)
        except KubeError:
            self._owed[name] = reporter, done
            raise

    async def _say_owed(self, name: str) -> None:
        """Write the status that an earlier pass could not: nothing is applied again because of it.

        Raises:
            KubeError: It still cannot be written.
            TooLarge: It never can be.
        """
        owed = self._owed.pop(name, None)
        if owed is None:
            return
        try:
            await self._done(owed[0], name, owed[1])
        except ApiError as error:
            if not (error.conflict or error.not_found):
                raise
            self._owed.pop(name, None)  # It is about a VidraResource that is no more.

    def _count(self, done: Done) -> None:
        metrics = self._shared.metrics
        metrics.applied.inc(done.changed)
        metrics.reverted.inc(len(done.reverted))
        metrics.pruned.inc(done.removed)

    async def _obstacle(self, resource: VidraResource, cluster: Cluster, owner: Owner) -> ObjectProblem | None:
        """What has to be there, and well, before anything new is applied, and is not."""
        if not gated(resource):
            return None
        problem = own_obstacle(self._shared, resource) or await foreign_obstacle(resource, cluster, owner)
        if problem is None:
            cluster.lookouts.hold(owner.manager, ())
        return problem

    async def _glance(self, name: str) -> None:
        """Say how the objects are, if nothing else is to be done; or go on with a pass that waited for that."""
        resource = self._shared.resources.get(name)
        if resource is None or resource.metadata.deletion_timestamp:
            return
        if self._suspended(resource):
            await Reporter(self._shared, resource).suspended(self._health(resource))
            return
        if resource.status.problems:
            self.queue.add(name)
            return
        if not settled(resource):
            return
        try:
            cluster = Reach(self._shared.clusters, resource).destination()
            with self._shared.journeys.going_on(resource, "look"):
                await Reporter(self._shared, resource).felt(self._with_health(as_applied(resource), resource, cluster))
        except (ClusterError, KubeError, TooLarge) as error:
            log.warning("health not reported", resource=name, error=str(error))

    def _health(self, resource: VidraResource) -> Status:
        """How what was applied is, as far as it is seen now."""
        try:
            cluster = Reach(self._shared.clusters, resource).destination()
        except ClusterError:
            return Status.UNKNOWN
        return wellness(resource.status.managed_resources, cluster).worst

    def _with_health(self, outcome: Outcome, resource: VidraResource, cluster: Cluster) -> Outcome:
        """The outcome with how the objects are; who waits for them to be well is not Ready before."""
        inventory = noted(outcome.inventory, lambda entry: kind_at(entry, cluster), cluster.observed)
        found = wellness(inventory.listing(), cluster)
        outcome = msgspec.structs.replace(outcome, inventory=inventory, health=health_over(outcome, found))
        name, verdict = resource.metadata.name, outcome.verdict
        if resource.spec.wait and verdict.ready:
            left = self._patience.left(resource, outcome.checksum)
            verdict = waited_for(verdict, found, in_time=left > 0)
            if verdict.progressing:
                self.queue.glance_after(name, left + MOMENT)
                if found.asked:
                    self.queue.add_after(name, LONGEST_WAIT)
        if found.turns < math.inf:
            self.queue.glance_after(name, max(0, found.turns - time.time()) + MOMENT)
        if verdict.ready:
            self._patience.over(name)
            verdict = also_unseen(verdict, found)
        return msgspec.structs.replace(outcome, verdict=verdict)

    async def _delete(self, resource: VidraResource, owner: Owner) -> Next:
        if RESOURCE_FINALIZER not in resource.metadata.finalizers:
            return Next()
        reporter = Reporter(self._shared, resource)
        seconds = max(time_left(resource, datetime.now(UTC)), LAST_TRY)
        peers = self._shared.resources.get
        reach = Reach(self._shared.clusters, resource)
        try:
            undefined = await self._definitions.why(resource, self._shared.syncs.get(sync_of(resource)))
        except KubeError as error:
            farewell = unexplained(resource, error)
        else:
            if undefined:
                reporter.spared(undefined)
                return await self._end(resource)
            grace = grace_of(resource, datetime.now(UTC))
            farewell = await delete_pass(reach, resource, owner, peers, self._claims, seconds=seconds, grace=grace)
        reporter.kept(farewell.kept)
        reporter.held(farewell.held)
        outcome = farewell.outcome
        if outcome.inventory.entries:
            left = time_left(resource, datetime.now(UTC))
            if left > 0 or farewell.asking:
                await reporter.deleting(outcome)
                left = min(left, left if farewell.again is None else farewell.again)
                longest = pause((problem.reason for problem in outcome.problems), LONGEST_WAIT) or LONGEST_WAIT
                return Next(after=min(longest, max(left, MOMENT) + MOMENT), failed=not outcome.verdict.progressing)
            reporter.left_behind(outcome)
        return await self._end(resource)

    async def _end(self, resource: VidraResource) -> Next:
        """Nothing holds it any more."""
        await self._shared.content.leave(sync_of(resource), resource, self._others(resource))
        rest = tuple(item for item in resource.metadata.finalizers if item != RESOURCE_FINALIZER)
        await set_finalizers(self._shared.client, self._shared.resources, resource, rest)
        log.info("removed", objects=len(resource.status.managed_resources))
        return Next()

    async def _with_finalizer(self, resource: VidraResource) -> VidraResource:
        """Before anything is applied there must be something that cleans up after it."""
        if RESOURCE_FINALIZER in resource.metadata.finalizers:
            return resource
        finalizers = (*resource.metadata.finalizers, RESOURCE_FINALIZER)
        return await set_finalizers(self._shared.client, self._shared.resources, resource, finalizers)

    def _interval(self, resource: VidraResource) -> float:
        interval = self._shared.settings().resource_interval
        return (parse_interval(resource.spec.interval) if resource.spec.interval else interval).total_seconds()

    async def _text(self, resource: VidraResource) -> bytes:
        if resource.spec.content is not None:
            return await self._shared.content.load(resource)
        return (resource.spec.manifest or "").encode()

    def _suspended(self, resource: VidraResource) -> bool:
        sync = self._shared.syncs.get(sync_of(resource))
        return resource.spec.suspend or (sync is not None and sync.spec.suspend)

    def _terms(self, resource: VidraResource, cluster: Cluster, adopted: Callable[[Ref], None]) -> Terms:
        """Its own policies, unless it is about to go: then it takes nothing from anybody."""
        shared = self._shared

        def waits(unwanted: Collection[ManagedObject]) -> bool:
            return self._may_be_taken_over(resource, unwanted)

        def overlooked(entry: ManagedObject) -> bool:
            place = Place(entry.server, hub_of(cluster.uid), entry.uid)
            return bool(self._claims.others(Owner(shared.hub, resource.metadata.name), entry, place))

        may_describe = shared.settings().label_namespaces
        if resource.metadata.name not in shared.leaving:
            rivals = rivals_in(shared.resources, shared.hub, shared.leaving, self._unwanted)
            return Terms(resource.spec, rivals, adopted, waits, overlooked, may_describe)
        meek = msgspec.structs.replace(resource.spec, conflict_policy=ConflictPolicy.FAIL)
        return Terms(meek, rivals_in(shared.resources, shared.hub, (), {}), adopted, waits, overlooked, may_describe)

    def _may_be_taken_over(self, resource: VidraResource, unwanted: Collection[ManagedObject]) -> bool:
        """Whether another VidraResource of the sync may be about to own what this one no longer wants."""
        sync = sync_of(resource)
        before = self._unwanted.pop(resource.metadata.name, frozenset())
        if not sync or not unwanted:
            return False
        siblings = (
            item
            for item in self._shared.resources.group(sync)
            if item.metadata.name != resource.metadata.name
            and not item.metadata.deletion_timestamp
            and item.metadata.name not in self._shared.leaving
        )
        waits = sync in self._shared.underway or may_take(siblings, unwanted)
        if waits:
            now = self._unwanted[resource.metadata.name] = frozenset(str(ref_of(entry)) for entry in unwanted)
            if now - before:
                self._some_leave()
        return waits

    def _others(self, resource: VidraResource) -> list[VidraResource]:
        """Those of the same sync that stay."""
        name, sync = resource.metadata.name, sync_of(resource)
        group = self._shared.resources.group(sync) if sync else []
        return [item for item in group if item.metadata.name != name and not item.metadata.deletion_timestamp]

    def _sync_through(self, sync: str) -> None:
        """Whoever waits for the others of the sync may see them with their new text now."""
        for resource in self._shared.resources.group(sync):
            if waits_for_siblings(resource.status.problems):
                self.queue.add(resource.metadata.name)

    def _some_leave(self) -> None:
        """Whoever was refused a field may have it now."""
        for resource in self._shared.resources:
            if any(problem.reason == Reason.CONFLICT for problem in resource.status.problems):
                self.queue.add(resource.metadata.name)

    def _reacts(self, resource: VidraResource) -> bool:
        """Whether an event is worth a pass: drift only where it was asked for, the end of a wait always."""
        wanted = self._shared.settings().event_based or resource.spec.destination.reconcile_on_events
        return wanted or resource.metadata.deletion_timestamp is not None or bool(resource.status.problems)

    def _resource_changed(self, old: VidraResource | None, new: VidraResource | None) -> None:
        if calls_for_pass(old.metadata if old else None, new.metadata if new else None):
            item = new or old
            assert item is not None
            self.queue.add(item.metadata.name)
        if old and new and went_back(old.metadata, new.metadata):
            self._restored.add(new.metadata.name)
            self.queue.add(new.metadata.name)
        if changed := _readiness_changed(old, new):
            self._wake_dependents(changed)

    def _credentials_changed(self, old: Secret | None, new: Secret | None) -> None:
        """Whoever goes where a Secret leads, or led, looks again."""
        for resource in self._shared.resources:
            servers = {resource.spec.destination.server, *(item.server for item in resource.status.clusters)}
            if any(server and concerns(server, old, new) for server in servers):
                self.queue.add(resource.metadata.name)

    def _sync_changed(self, old: InfrahubSync | None, new: InfrahubSync | None) -> None:
        """Suspending a sync, or going on with it, is felt by its VidraResources."""
        if new and (old is None or old.spec.suspend != new.spec.suspend):
            for resource in self._shared.resources.group(new.metadata.name):
                self.queue.add(resource.metadata.name)
        if item := _readiness_changed(old, new):
            self._wake_dependents(item)

    def _wake_dependents(self, item: InfrahubSync | VidraResource) -> None:
        """Whoever waits for this one may go on now."""
        for resource in self._shared.resources:
            if waits_for(resource.status.problems, item.kind, item.metadata.name):
                self.queue.add(resource.metadata.name)

    def _forget(self, owner: Owner) -> None:
        self._names.pop(owner.manager, None)
        self._unwanted.pop(owner.name, None)
        self._owed.pop(owner.name, None)
        self._restored.discard(owner.name)
        self._drifts.forget(owner.name)
        self._retries.forget(owner.name)
        self._shared.journeys.forget(owner.name)
        self._patience.over(owner.name)
        self._judged.forget(owner.name)
        self._where.pop(owner.manager, None)
        self.queue.forget(owner.name)
        self._shared.clusters.leave(owner.manager)

    def _next(self, done: Done | None, owner: Owner, interval: float) -> Next:
        """When to look again: what ends by itself is looked for more often than what needs a person."""
        if done is None or done.outcome.checksum:
            left_so = done is not None and done.outcome.drifted
            return Next(after=min(interval, LONGEST_WAIT) if left_so else interval)
        rest = self._drifts.fights.next_try(owner.name, time.monotonic())
        if rest is not None:
            return Next(after=min(interval, rest))
        after = pause((problem.reason for problem in done.outcome.problems), LONGEST_WAIT)
        if after is None and done.outcome.verdict.progressing:
            after = LONGEST_WAIT
        return Next(after=interval if after is None else min(interval, after), failed=True)


def _readiness_changed(
    old: InfrahubSync | VidraResource | None, new: InfrahubSync | VidraResource | None
) -> InfrahubSync | VidraResource | None:
    """What became Ready, or is no longer, or waits for something else than before."""
    if old and new and _ready(old) == _ready(new) and old.spec.depends_on == new.spec.depends_on:
        return None
    return new or old


def _ready(item: InfrahubSync | VidraResource) -> bool:
    return is_ready(item.status.conditions, item.metadata.generation)
