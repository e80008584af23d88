"""What is done before a VidraResource that is being deleted may be gone: its objects are deleted, up to a deadline."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import structlog

from vidra.api.resource import VidraResource
from vidra.api.times import DELETION_TIMEOUT, deletion_time_left, duration_or
from vidra.apply.field_owner import Owner
from vidra.apply.inventory_index import Claims
from vidra.controllers.resource import requeue
from vidra.controllers.resource.apply.sibling_handover import siblings_of
from vidra.controllers.resource.cluster import ClusterResolver
from vidra.controllers.resource.definition_deleted import Definitions
from vidra.controllers.resource.delete_objects import DeletionResult, delete_objects, nothing_deleted
from vidra.controllers.resource.status.writer import StatusWriter
from vidra.controllers.runtime.context import ControllerContext, sync_of
from vidra.controllers.runtime.finalizers import has_finalizer, remove_finalizer
from vidra.controllers.runtime.workqueue import Result
from vidra.kube.errors import KubeError

log = structlog.get_logger("vidra.resource")

LAST_TRY = 10.0
"""Seconds that a deletion may try when its time is over, or almost: the operator may have been away meanwhile."""
GRACE = timedelta(seconds=30)
"""For custom resources to be gone before what may serve them, where finalizers are not waited for otherwise."""


class Finalizer:
    """Deletes what VidraResources have applied, and then lets them go."""

    def __init__(self, shared: ControllerContext, claims: Claims) -> None:
        self._shared = shared
        self._claims = claims
        self._definitions = Definitions(shared.client)

    async def finalize(self, resource: VidraResource, owner: Owner) -> Result:
        """Delete what can be deleted now, and remove the finalizer when nothing is left or the time is over.

        Raises:
            KubeError: The status or the finalizers could not be written.
            TooLarge: The status never can be.
        """
        if not has_finalizer(resource):
            return Result()
        writer = StatusWriter(self._shared, resource)
        try:
            undefined = await self._definitions.why(resource, self._shared.syncs.get(sync_of(resource)))
        except KubeError as error:
            return await self._report(resource, writer, nothing_deleted(resource, error))
        if undefined:
            writer.spared(undefined)
            return await self._let_go(resource)
        return await self._report(resource, writer, await self._delete(resource, owner))

    async def _delete(self, resource: VidraResource, owner: Owner) -> DeletionResult:
        resolver, peers = ClusterResolver(self._shared.clusters, resource), self._shared.resources.get
        now = datetime.now(UTC)
        seconds = max(time_left(resource, now), LAST_TRY)
        grace = grace_of(resource, now)
        return await delete_objects(resolver, resource, owner, peers, self._claims, seconds=seconds, grace=grace)

    async def _report(self, resource: VidraResource, writer: StatusWriter, removal: DeletionResult) -> Result:
        """Say what came of it; as long as there is time, what is left is tried again."""
        writer.kept(removal.kept)
        writer.held(removal.held)
        outcome = removal.outcome
        if outcome.inventory.entries:
            left = time_left(resource, datetime.now(UTC))
            if left > 0 or removal.asking:
                await writer.deleting(outcome)
                progressing = outcome.verdict.progressing
                return requeue.while_deleting(outcome.problems, left, removal.again, progressing=progressing)
            writer.orphaned(outcome)
        return await self._let_go(resource)

    async def _let_go(self, resource: VidraResource) -> Result:
        """Nothing holds it any more."""
        siblings = siblings_of(resource, self._shared.resources)
        await self._shared.content.delete_for_resource(sync_of(resource), resource, siblings)
        await remove_finalizer(self._shared.client, self._shared.resources, resource)
        log.info("removed", objects=len(resource.status.managed_resources))
        return Result()


def time_left(resource: VidraResource, now: datetime) -> float:
    """Seconds until a deletion ends, whatever is left by then; negative when that was before now."""
    left = deletion_time_left(resource.metadata.deletion_timestamp, resource.spec.deletion_timeout, now)
    return left.total_seconds()


def grace_of(resource: VidraResource, now: datetime) -> float:
    """Seconds for which custom resources are waited for, so that there is time left for the rest of the objects."""
    timeout = duration_or(resource.spec.deletion_timeout, DELETION_TIMEOUT)
    return min(GRACE, timeout / 2).total_seconds() if time_left(resource, now) > 0 else 0.0
