"""Turns Infrahub's events into passes: one for many events, and by the replica whose sync it is."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial

import structlog

from vidra.api.names import REQUESTED_AT
from vidra.api.sync import InfrahubSync
from vidra.api.times import micro_time
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.status_patch import path_of
from vidra.controllers.runtime.workqueue import Result, WorkQueue
from vidra.controllers.sync.artifacts.diff import stored_checksum
from vidra.controllers.sync.watches import SyncWatches
from vidra.controllers.sync.webhooks.artifact_index import ArtifactIndex
from vidra.controllers.sync.webhooks.event import ArtifactEvent, concerned
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.operations import merge_patch

log = structlog.get_logger("vidra.webhooks")

WORKERS = 4
"""Syncs of other replicas that are told at a time."""
GATHER = 1.0
"""Seconds after a call to a sync in which all further ones become one. The first is never kept waiting."""
LONGEST_RETRY = 30.0


class WebhookDispatcher:
    """What Infrahub said, until the syncs that it concerns know."""

    def __init__(self, shared: ControllerContext, watches: SyncWatches) -> None:
        self._shared = shared
        self._watches = watches
        self._known = ArtifactIndex(shared.resources)
        self._open_at: dict[str, float] = {}
        """When the next call to a sync may be, for those that had one just now."""
        self.queue = WorkQueue("webhook", self._tell, WORKERS, shared.metrics)

    def dispatch(self, event: ArtifactEvent) -> bool:
        """Have the syncs that an event concerns ask Infrahub; whether there are any."""
        names = concerned(event, self._shared.syncs, self._known.syncs(event.artifact), datetime.now(UTC))
        names = [name for name in names if not self._has(name, event)]
        for name in names:
            wait = self._open_at.get(name, 0) - _now()
            if wait > 0:
                self.queue.add_after(name, wait)
            else:
                self.queue.add(name)
        return bool(names)

    def _has(self, name: str, event: ArtifactEvent) -> bool:
        """Whether a sync has the text already, and nothing is under way that might bring another.

        What another replica has under way is not known here.
        """
        have = self._known.resources(event.artifact, name)
        return (
            bool(event.checksum and have)
            and name in self._shared.share
            and self._watches.is_current(name)
            and all(stored_checksum(item, partial(self._shared.content.has, name)) == event.checksum for item in have)
        )

    async def _tell(self, name: str) -> Result:
        """Make a pass due, here or, by the annotation that every replica sees, at another one."""
        now = _now()
        self._open_at = {key: at for key, at in self._open_at.items() if at > now} | {name: now + GATHER}
        sync = self._shared.syncs.get(name)
        if sync is None:
            return Result()
        if name in self._shared.share:
            self._watches.enqueue_poll(name)
            return Result()
        return await self._annotate(sync)

    async def _annotate(self, sync: InfrahubSync) -> Result:
        moment = micro_time(datetime.now(UTC))
        patch = {"metadata": {"uid": sync.metadata.uid, "annotations": {REQUESTED_AT: moment}}}
        try:
            await merge_patch(self._shared.client, path_of(sync), patch, InfrahubSync)
        except KubeError as error:
            if isinstance(error, ApiError) and (error.not_found or error.conflict):
                return Result()
            log.warning(
                "a sync of another replica was not notified of a change", sync=sync.metadata.name, error=str(error)
            )
            return Result(requeue_after=LONGEST_RETRY, failed=True)
        return Result()


def _now() -> float:
    return asyncio.get_running_loop().time()
