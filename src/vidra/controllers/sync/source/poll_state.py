"""When Infrahub was asked for a sync, what came of it, and when it is to be asked again."""

from __future__ import annotations

import asyncio

import msgspec

from vidra.api.sync import InfrahubSync
from vidra.common.backoff import Backoff
from vidra.controllers.runtime.predicates import requested_at
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.controllers.sync.artifacts.reconcile import NOTHING, ListingResult

BACKOFF = Backoff(first=1.0)
"""After failures, up to the sync's interval."""

LONGEST_WAIT = 3600.0
"""Seconds for which Infrahub, or what stands before it, can ask to be left alone."""


class PollState(msgspec.Struct, frozen=True):
    """The last time that Infrahub was asked."""

    again_at: float
    """By the event loop's clock."""
    generation: int
    requested: str
    done: ListingResult
    """The last answer; kept when a later question fails."""
    failure: SyncProblem | None = None
    """Why there was no answer this time."""
    failures: int = 0

    def wait(self, sync: InfrahubSync) -> float:
        """Seconds until Infrahub is to be asked again; 0 when the spec is another, or somebody asked for a pass."""
        if self.generation != sync.metadata.generation or self.requested != requested_at(sync.metadata):
            return 0
        return max(0.0, self.again_at - asyncio.get_running_loop().time())

    def afresh(self) -> PollState:
        """The same without its failures: something changed, so that the next one is a first one."""
        return msgspec.structs.replace(self, failures=0)


def answered(sync: InfrahubSync, before: PollState | None, interval: float, done: ListingResult) -> PollState:
    """Infrahub answered; if an artifact made trouble, it is tried again before the interval is over."""
    failures = (before.failures if before else 0) + 1 if done.troubles else 0
    return _asked(sync, _delay(interval, failures), done, None, failures)


def failed(
    sync: InfrahubSync, before: PollState | None, interval: float, failure: SyncProblem, retry_after: float | None
) -> PollState:
    """Infrahub did not answer the question."""
    failures = (before.failures if before else 0) + 1
    delay = min(retry_after, LONGEST_WAIT) if retry_after else _delay(interval, failures)
    return _asked(sync, delay, before.done if before else NOTHING, failure, failures)


def _asked(
    sync: InfrahubSync, delay: float, done: ListingResult, failure: SyncProblem | None, failures: int
) -> PollState:
    now = asyncio.get_running_loop().time()
    return PollState(now + delay, sync.metadata.generation, requested_at(sync.metadata), done, failure, failures)


def _delay(interval: float, failures: int) -> float:
    if not failures:
        return interval
    return BACKOFF.after(failures, interval)
