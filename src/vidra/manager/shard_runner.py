"""Runs the controllers over the shards of this replica."""

from __future__ import annotations

import asyncio

import structlog

from vidra.controllers.resource import ResourceReconciler
from vidra.controllers.runtime.context import ControllerContext
from vidra.controllers.sync import SyncReconciler
from vidra.controllers.sync.write_back.reporter import Reporter
from vidra.kube.errors import KubeError
from vidra.sources.kinds import Sources

log = structlog.get_logger("vidra.manager")

LAST_ANSWERS = 4.0
"""Seconds: together with `RENEW_WITHIN`, after which a lost Lease is given up, less than its `DURATION`."""


class ShardRunner:
    """Starts and stops the shards of this replica."""

    def __init__(self, shared: ControllerContext, sources: Sources) -> None:
        self._shared = shared
        self.resources = ResourceReconciler(shared)
        self.syncs = SyncReconciler(shared, sources)
        self._reports = Reporter(shared, sources)

    def enqueue_all(self) -> None:
        """Reconcile and poll everything: a setting changed."""
        self.syncs.enqueue_all()
        self.resources.enqueue_all()

    async def start_shard(self, shard: int) -> None:
        """Start to work on a shard."""
        share = self._shared.share
        try:
            await self._shared.content.collect_garbage(
                self._shared.resources, lambda digest: share.is_in(shard, digest)
            )
        except KubeError as error:
            log.warning("unused texts could not be deleted", error=str(error))
        await self._shared.inventories.collect_garbage(lambda name: share.shard_of(name) == shard)
        share.add(shard)
        self.resources.start_shard(shard)
        self.syncs.start_shard(shard)
        self._reports.start_shard(shard)

    async def stop_shard(self, shard: int) -> None:
        """Return when nothing of a shard is running any more."""
        self._shared.share.remove(shard)
        await asyncio.gather(self.resources.stop_shard(shard), self.syncs.stop_shard(shard))

    async def run(self) -> None:
        """Run until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self.resources.queue.run(), name="vidraresources")
            group.create_task(self.syncs.queue.run(), name="infrahubsyncs")
            group.create_task(self._reports.queue.run(), name="write-back")
            group.create_task(self._bound_the_end(), name="last answers")

    async def _bound_the_end(self) -> None:
        """At the end, wait for running requests, but stop before another replica may begin."""
        try:
            await asyncio.Event().wait()
        finally:
            asyncio.get_running_loop().call_later(LAST_ANSWERS, self._shared.clusters.break_off)
