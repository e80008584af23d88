"""When Infrahub was polled for a sync, with which result, and when it is to be polled again."""

from __future__ import annotations

import asyncio

import msgspec

from vidra.api.sync import Sync
from vidra.common.backoff import Backoff
from vidra.controllers.runtime.predicates import requested_at
from vidra.controllers.sync.artifacts.diff import SyncProblem
from vidra.controllers.sync.artifacts.reconcile import NOTHING, ListingResult

BACKOFF = Backoff(first=1.0)
"""After failures, up to the sync's interval."""

LONGEST_WAIT = 3600.0
"""Longest Retry-After in seconds, of Infrahub or a proxy before it, that is respected."""


class PollState(msgspec.Struct, frozen=True):
    """The last poll."""

    again_at: float
    """By the event loop's clock."""
    generation: int
    requested: str
    done: ListingResult
    """The last list; kept when a later poll fails."""
    failure: SyncProblem | None = None
    """Why there was no list this time."""
    failures: int = 0

    def wait(self, sync: Sync) -> float:
        """Seconds until the next poll; 0 when the spec changed, or when a reconcile was requested."""
        if self.generation != sync.metadata.generation or self.requested != requested_at(sync.metadata):
            return 0
        return max(0.0, self.again_at - asyncio.get_running_loop().time())

    def afresh(self) -> PollState:
        """The same without its failures: something changed, so the next failure counts as the first."""
        return msgspec.structs.replace(self, failures=0)


def answered(sync: Sync, before: PollState | None, interval: float, done: ListingResult) -> PollState:
    """Infrahub gave a list. If an artifact had a problem, the next poll comes before the interval is over."""
    failures = (before.failures if before else 0) + 1 if done.troubles else 0
    return _asked(sync, _delay(interval, failures), done, None, failures)


def failed(
    sync: Sync, before: PollState | None, interval: float, failure: SyncProblem, retry_after: float | None
) -> PollState:
    """Infrahub gave no list."""
    failures = (before.failures if before else 0) + 1
    delay = min(retry_after, LONGEST_WAIT) if retry_after else _delay(interval, failures)
    return _asked(sync, delay, before.done if before else NOTHING, failure, failures)


def _asked(sync: Sync, delay: float, done: ListingResult, failure: SyncProblem | None, failures: int) -> PollState:
    now = asyncio.get_running_loop().time()
    return PollState(now + delay, sync.metadata.generation, requested_at(sync.metadata), done, failure, failures)


def _delay(interval: float, failures: int) -> float:
    if not failures:
        return interval
    return BACKOFF.after(failures, interval)
