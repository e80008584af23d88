"""Keeps the nodes in Infrahub as the VidraResources are: only what differs is written, and seldom.

Invariant: nothing waits for it. An Infrahub that is away is tried again with growing pauses, one request for a sync,
and what happened meanwhile is written once it is back.
"""

from __future__ import annotations

import asyncio

import msgspec
import structlog

from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sources import SourceSpec
from vidra.api.sync import Sync
from vidra.common.backoff import Backoff
from vidra.controllers.runtime.context import ControllerContext, sync_of
from vidra.controllers.runtime.workqueue import Result, WorkQueue
from vidra.controllers.sync.write_back.delivery import delivery_of, wants_report
from vidra.sources.infrahub import InfrahubSource
from vidra.sources.infrahub.deliveries import Delivery
from vidra.sources.kinds import Sources
from vidra.sources.protocol import SourceError

log = structlog.get_logger("vidra.write_back")

WORKERS = 2
GATHER = 5.0
"""Seconds over which changes are collected into one report."""
PAUSE = 10.0
"""Least seconds between two reports of a sync."""
BACKOFF = Backoff(first=PAUSE, longest=600.0)
_SAID_ALREADY = frozenset({Reason.INFRAHUB_UNREACHABLE, Reason.CREDENTIALS_MISSING, Reason.CREDENTIALS_INVALID})
"""Failures that the sync's own condition reports."""


class _Reported(msgspec.Struct):
    """What is remembered of a sync; all of it can be read from Infrahub again."""

    source: SourceSpec
    """Where it was reported to: the sync itself may be gone by the time its nodes go."""
    there: dict[str, Delivery | None]
    """The nodes that Infrahub has, by key."""


class Reporter:
    """Reports the states of VidraResources to the Infrahubs that their artifacts come from."""

    def __init__(self, shared: ControllerContext, sources: Sources) -> None:
        self._shared = shared
        self._sources = sources
        self._reported: dict[str, _Reported] = {}
        self._open_at: dict[str, float] = {}
        """When the next report of a sync may begin."""
        self._failures: dict[str, int] = {}
        self.queue = WorkQueue(
            "write-back", self._report, WORKERS, shared.metrics, mine=lambda key: key in shared.share
        )
        shared.resources.listen(self._resource_changed)
        shared.syncs.listen(self._sync_changed)

    def start_shard(self, shard: int) -> None:
        """Report every sync of a shard, about which this replica knows nothing, or no longer.

        For a moment the replica that had it before may report as well; the next change puts right what that leaves.
        """
        for key in [key for key in self._reported if self._shared.share.shard_of(key) == shard]:
            del self._reported[key]
        for sync in self._shared.syncs:
            if wants_report(sync) and self._shared.share.shard_of(sync.key) == shard:
                self._enqueue(sync.key)

    def _resource_changed(self, old: VidraResource | None, new: VidraResource | None) -> None:
        item = new or old
        assert item is not None
        sync = self._shared.syncs.get(sync_of(item))
        if sync is None or not wants_report(sync):
            return
        told = delivery_of(self._shared.hub, sync, item)
        known = self._reported.get(sync.key)
        if known is None or (known.there.get(told.key) != told if new else told.key in known.there):
            self._enqueue(sync.key)

    def _sync_changed(self, old: Sync | None, new: Sync | None) -> None:
        item = new or old
        assert item is not None
        wanted = new is not None and wants_report(new)
        if wanted != (old is not None and wants_report(old)) or (item.key in self._reported and not wanted):
            self._enqueue(item.key)

    def _enqueue(self, sync: str) -> None:
        if sync in self._shared.share:
            self.queue.add_after(sync, max(GATHER, self._open_at.get(sync, 0) - _now()))

    async def _report(self, key: str) -> Result:
        """Write what differs; after a failure what is there is read again."""
        self._open_at[key] = _now() + PAUSE
        sync = self._shared.syncs.get(key)
        wanted = sync is not None and wants_report(sync)
        try:
            if sync is not None and wanted:
                await self._write(sync)
            else:
                await self._withdraw(key)
        except SourceError as error:
            return self._failed(key, sync if wanted else None, error)
        except Exception:
            log.exception("not reported", sync=key)
            self._reported.pop(key, None)
            return Result(failed=True)
        self._failures.pop(key, None)
        return Result()

    async def _write(self, sync: Sync) -> None:
        source = await self._open(sync.source)
        if source is None:
            return
        hub = self._shared.hub
        known = self._reported.get(sync.key)
        if known is None or known.source != sync.source:
            known = _Reported(sync.source, await source.deliveries(hub, sync.key))
            self._reported[sync.key] = known
        found = [delivery_of(hub, sync, item) for item in self._shared.resources.group(sync.key)]
        wanted = {item.key: item for item in found}
        await source.write_deliveries([item for item in found if known.there.get(item.key) != item])
        await source.delete_deliveries(known.there.keys() - wanted.keys())
        known.there = dict(wanted)

    async def _withdraw(self, key: str) -> None:
        """The sync is gone, or no longer wants it: its nodes go, as far as this process knows of them."""
        known = self._reported.get(key)
        if known and (source := await self._open(known.source)):
            await source.delete_deliveries(known.there)
        self._reported.pop(key, None)
        self._open_at.pop(key, None)

    async def _open(self, spec: SourceSpec) -> InfrahubSource | None:
        source = await self._sources.open(spec, lambda _reason, _message: None)
        return source if isinstance(source, InfrahubSource) else None

    def _failed(self, key: str, sync: Sync | None, error: SourceError) -> Result:
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        if sync is not None:
            self._reported.pop(key, None)
            if error.reason not in _SAID_ALREADY:
                message = f"what became of its artifacts could not be written to Infrahub: {error}"
                self._shared.recorder.say(sync, "Warning", Reason.WRITE_BACK_FAILED, message)
        log.info("not reported", sync=key, error=str(error))
        wait = BACKOFF.after(failures, BACKOFF.longest)
        self._open_at[key] = _now() + wait
        return Result(requeue_after=wait)


def _now() -> float:
    return asyncio.get_running_loop().time()
