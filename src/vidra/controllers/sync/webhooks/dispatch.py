"""Turns events of sources into polls: one poll for many events, by the replica that has the sync."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from functools import partial

import structlog

from vidra.api.names import REQUESTED_AT
from vidra.api.sync import Sync
from vidra.api.times import micro_time
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.runtime.status_patch import path_of
from vidra.controllers.runtime.workqueue import Result, WorkQueue
from vidra.controllers.sync.artifacts.diff import stored_marker
from vidra.controllers.sync.watches import SyncWatches
from vidra.controllers.sync.webhooks.artifact_index import ArtifactIndex
from vidra.controllers.sync.webhooks.event import ArtifactEvent, SourceEvent, concerned
from vidra.controllers.sync.webhooks.push import PushEvent, pushed_to
from vidra.kube.errors import ApiError, KubeError
from vidra.kube.operations import merge_patch

log = structlog.get_logger("vidra.webhooks")

WORKERS = 4
"""Syncs of other replicas that are annotated at a time."""
GATHER = 1.0
"""Seconds after a poll request in which all further events become one request. The first is never delayed."""
LONGEST_RETRY = 30.0


class WebhookDispatcher:
    """Events of sources, until the syncs that they concern are notified."""

    def __init__(self, shared: ControllerContext, watches: SyncWatches) -> None:
        self._shared = shared
        self._watches = watches
        self._known = ArtifactIndex(shared.resources)
        self._open_at: dict[str, float] = {}
        """When the next poll of a sync may be requested, for those that had one just now."""
        self.queue = WorkQueue("webhook", self._tell, WORKERS, shared.metrics)

    def dispatch(self, event: SourceEvent) -> bool:
        """Request a poll of the syncs that an event concerns; returns whether there are any."""
        names = pushed_to(event, self._shared.syncs) if isinstance(event, PushEvent) else self._without(event)
        for name in names:
            wait = self._open_at.get(name, 0) - _now()
            if wait > 0:
                self.queue.add_after(name, wait)
            else:
                self.queue.add(name)
        return bool(names)

    def _without(self, event: ArtifactEvent) -> list[str]:
        """The syncs that an artifact concerns, and that do not have it yet."""
        names = concerned(event, self._shared.syncs, self._known.syncs(event.artifact), datetime.now(UTC))
        return [name for name in names if not self._has(name, event)]

    def _has(self, name: str, event: ArtifactEvent) -> bool:
        """Whether a sync has the text already, and no poll is running that might bring another.

        Polls of other replicas are not known here.
        """
        have = self._known.resources(event.artifact, name)
        return (
            bool(event.checksum and have)
            and name in self._shared.share
            and self._watches.is_current(name)
            and all(stored_marker(item, partial(self._shared.content.has, name)) == event.checksum for item in have)
        )

    async def _tell(self, name: str) -> Result:
        """Request a poll: here, or by the annotation, which every replica sees, at another replica."""
        now = _now()
        self._open_at = {key: at for key, at in self._open_at.items() if at > now} | {name: now + GATHER}
        sync = self._shared.syncs.get(name)
        if sync is None:
            return Result()
        if name in self._shared.share:
            self._watches.enqueue_poll(name)
            return Result()
        return await self._annotate(sync)

    async def _annotate(self, sync: Sync) -> Result:
        moment = micro_time(datetime.now(UTC))
        patch = {"metadata": {"uid": sync.metadata.uid, "annotations": {REQUESTED_AT: moment}}}
        try:
            await merge_patch(self._shared.client, path_of(sync), patch, type(sync))
        except KubeError as error:
            if isinstance(error, ApiError) and (error.not_found or error.conflict):
                return Result()
            log.warning("a sync of another replica was not notified of a change", sync=sync.key, error=str(error))
            return Result(requeue_after=LONGEST_RETRY, failed=True)
        return Result()


def _now() -> float:
    return asyncio.get_running_loop().time()
