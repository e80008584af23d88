"""Runs before the finalizer of a deleted VidraResource is removed: deletes its objects, up to a deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from vidra.api.reasons import Reason
from vidra.api.resource import ObjectProblem, VidraResource
from vidra.api.times import DELETION_TIMEOUT, deletion_time_left, duration_or
from vidra.apply.field_owner import Owner
from vidra.apply.inventory_index import Claims
from vidra.controllers.resource import requeue
from vidra.controllers.resource.apply.sibling_handover import siblings_of
from vidra.controllers.resource.cluster import ClusterResolver
from vidra.controllers.resource.definition_deleted import Definitions
from vidra.controllers.resource.delete_objects import DeletionResult, delete_objects, nothing_deleted
from vidra.controllers.resource.status.compute import reason_of
from vidra.controllers.resource.status.writer import StatusWriter
from vidra.controllers.runtime.context import ControllerContext, sync_of
from vidra.controllers.runtime.finalizers import has_finalizer, remove_finalizer
from vidra.controllers.runtime.workqueue import Result
from vidra.kube.errors import KubeError

log = structlog.get_logger("vidra.resource")

LAST_TRY = 10.0
"""Minimum seconds for an attempt, even if the deadline is near or over: the operator may have been down."""
GRACE = timedelta(seconds=30)
"""Seconds to wait for custom resources before what may serve them is deleted, if finalizers are not waited for."""


class Finalizer:
    """Deletes the objects of VidraResources, then removes their finalizers."""

    def __init__(self, shared: ControllerContext, claims: Claims) -> None:
        self._shared = shared
        self._claims = claims
        self._definitions = Definitions(shared.client)

    async def finalize(self, resource: VidraResource, owner: Owner) -> Result:
        """Delete what can be deleted now. Remove the finalizer when nothing is left, or after the deadline.

        Raises:
            KubeError: The status or the finalizers could not be written.
            TooLarge: The status is too large to be written.
        """
        if not has_finalizer(resource):
            return Result()
        writer = StatusWriter(self._shared, resource)
        try:
            undefined = await self._definitions.why(resource, self._shared.syncs.get(sync_of(resource)))
        except KubeError as error:
            message = f"nothing is removed before Vidra's own definitions were looked at: {error}"
            problem = ObjectProblem(reason_of(error), message)
            return await self._report(resource, writer, nothing_deleted(resource, problem))
        if undefined:
            writer.spared(undefined)
            return await self._let_go(resource)
        return await self._report(resource, writer, await self._delete(resource, owner))

    async def finalize_unseen(self, resource: VidraResource, why: str) -> Result:
        """Delete nothing while a part of the inventory cannot be seen; after the deadline, leave the objects.

        Raises:
            KubeError: The status or the finalizers could not be written.
            TooLarge: The status is too large to be written.
        """
        if not has_finalizer(resource):
            return Result()
        problem = ObjectProblem(Reason.INVENTORY_MISSING, why)
        return await self._report(resource, StatusWriter(self._shared, resource), nothing_deleted(resource, problem))

    async def _delete(self, resource: VidraResource, owner: Owner) -> DeletionResult:
        resolver, peers = ClusterResolver(self._shared.clusters, resource), self._shared.resources.get
        now = datetime.now(UTC)
        seconds = max(time_left(resource, now), LAST_TRY)
        grace = grace_of(resource, now)
        return await delete_objects(resolver, resource, owner, peers, self._claims, seconds=seconds, grace=grace)

    async def _report(self, resource: VidraResource, writer: StatusWriter, removal: DeletionResult) -> Result:
        """Report the result. Until the deadline, what is left is tried again."""
        writer.kept(removal.kept)
        writer.held(removal.held)
        outcome = removal.outcome
        if outcome.inventory.entries or not resource.is_inventory_seen:
            left = time_left(resource, datetime.now(UTC))
            if left > 0 or removal.asking:
                await writer.deleting(outcome)
                progressing = outcome.verdict.progressing
                return requeue.while_deleting(outcome.problems, left, removal.again, progressing=progressing)
            writer.orphaned(outcome)
        return await self._let_go(resource)

    async def _let_go(self, resource: VidraResource) -> Result:
        """Remove the finalizer."""
        siblings = siblings_of(resource, self._shared.resources)
        await self._shared.content.delete_for_resource(sync_of(resource), resource, siblings)
        await remove_finalizer(self._shared.client, self._shared.resources, resource)
        await self._shared.inventories.discard(resource.key)
        log.info("removed", objects=len(resource.inventory))
        return Result()


def time_left(resource: VidraResource, now: datetime) -> float:
    """Seconds until the deadline of a deletion; negative after it."""
    left = deletion_time_left(resource.metadata.deletion_timestamp, resource.spec.deletion_timeout, now)
    return left.total_seconds()


def grace_of(resource: VidraResource, now: datetime) -> float:
    """Seconds to wait for custom resources, so that time is left for the other objects."""
    timeout = duration_or(resource.spec.deletion_timeout, DELETION_TIMEOUT)
    return min(GRACE, timeout / 2).total_seconds() if time_left(resource, now) > 0 else 0.0
