"""Deletes the VidraResources of a sync that is being deleted; each of them deletes its objects.

Invariant: the sync stays until Vidra has done its part for each of them, and no longer. Who may write VidraResources
can put a finalizer on one that never goes: that keeps the VidraResource, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import structlog

from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.api.times import deletion_time_left
from vidra.common.text import counted
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.finalizers import has_finalizer, remove_finalizer
from vidra.controllers.runtime.workqueue import Result
from vidra.controllers.sync.artifacts.list_from_server import list_from_server
from vidra.controllers.sync.prune.execute import delete_resource
from vidra.controllers.sync.prune.sync_successors import successors
from vidra.controllers.sync.state import SyncStates
from vidra.controllers.sync.status.writer import StatusWriter

log = structlog.get_logger("vidra.sync")

LONGEST_WAIT = 30.0
"""Seconds between two checks of VidraResources that are being deleted; the watch reports the last one earlier."""


async def finalize(shared: ControllerContext, sync: Sync, states: SyncStates, status: StatusWriter) -> Result:
    """Delete the VidraResources, and remove the finalizer when none is left.

    Raises:
        KubeError: Something could not be deleted, or it is not known what is left.
    """
    if not has_finalizer(sync):
        return Result()
    name = sync.key
    left = shared.resources.group(name)
    shared.being_deleted.note(name, [item.metadata.name for item in left])
    if waiting := await _wait_for_successors(shared, sync, states, status):
        return waiting
    left = _unfinished(left) or _unfinished(await list_from_server(shared, sync))
    for resource in left:
        if not resource.metadata.deletion_timestamp:
            await delete_resource(shared, sync, resource)
    if left:
        await status.deleting(f"deleting {counted(len(left), 'VidraResource')}")
        return Result(requeue_after=LONGEST_WAIT)
    await shared.content.delete_for_sync(name)
    await remove_finalizer(shared.client, shared.syncs, sync)
    log.info("removed")
    return Result()


def _unfinished(resources: Iterable[VidraResource]) -> list[VidraResource]:
    """Those that are not being deleted yet, or of which Vidra has not done its part."""
    return [item for item in resources if not item.metadata.deletion_timestamp or has_finalizer(item)]


async def _wait_for_successors(
    shared: ControllerContext, sync: Sync, states: SyncStates, status: StatusWriter
) -> Result | None:
    """Whether other syncs first have to take over what this one has. They have until the timeout of the deletion."""
    now = datetime.now(UTC)
    left = deletion_time_left(sync.metadata.deletion_timestamp, sync.spec.deletion_timeout, now).total_seconds()
    waits_for = successors(sync, shared.syncs, shared.resources.group) if left > 0 else ()
    if not waits_for:
        states.waiting_for_successors.discard(sync.key)
        return None
    states.waiting_for_successors.add(sync.key)
    await status.deleting(f"waiting until {', '.join(waits_for)} has taken over")
    return Result(requeue_after=left)
