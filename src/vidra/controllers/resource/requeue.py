"""When a VidraResource is reconciled again without an event.

A wait that ends by itself is checked more often than one that needs a person. Where a watch notifies of the end, the
check is only for events that were missed.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from vidra.api.resource import ObjectProblem
from vidra.apply.refusals import pause
from vidra.controllers.resource.apply.result import ReconcileResult
from vidra.controllers.resource.drift.fights import DriftFights
from vidra.controllers.runtime.workqueue import Result
from vidra.kube.errors import ApiError, KubeError

SLOT_WAIT = 2.0
"""Seconds after which a reconcile that waits for a slot of its cluster tries again, if it was not enqueued."""
PROBE_WAIT = 15.0
"""Seconds after which a reconcile that waits for a cluster's probe tries again, if it was not enqueued."""
LONGEST_WAIT = 30.0
"""Seconds between checks for what somebody else has to do, if no watch notifies: a kind, a namespace, a deletion."""
MOMENT = 0.5
"""Margin added to a deadline, so that the last requeue comes after it."""


def after_apply(result: ReconcileResult | None, interval: float, fights: DriftFights) -> Result:
    """After a complete reconcile.

    Args:
        result: What was applied; None when nothing was to be done.
        interval: Seconds.
        fights: Objects that rest for a while because of drift fights.
    """
    if result is None:
        return Result(requeue_after=interval)
    outcome = result.outcome
    if outcome.checksum:
        return Result(requeue_after=min(interval, LONGEST_WAIT) if outcome.drifted else interval)
    rest = fights.next_try(time.monotonic())
    if rest is not None:
        return Result(requeue_after=min(interval, rest))
    after = _pause(outcome.problems)
    if after is None and outcome.verdict.progressing:
        after = LONGEST_WAIT
    return Result(requeue_after=interval if after is None else min(interval, after), failed=True)


def after_failure(error: KubeError, interval: float) -> Result:
    """After a cluster failed at what every reconcile needs. If it answered, no event will tell of its recovery."""
    passing = isinstance(error, ApiError) and error.transient
    return Result(requeue_after=min(interval, LONGEST_WAIT) if passing else interval, failed=True)


def while_deleting(problems: Iterable[ObjectProblem], left: float, again: float | None, *, progressing: bool) -> Result:
    """While objects still exist.

    Args:
        left: Seconds until the deadline of the deletion.
        again: Seconds after which more can be done, even without an event.
        progressing: Only time is needed.
    """
    left = left if again is None else min(left, again)
    longest = _pause(problems) or LONGEST_WAIT
    return Result(requeue_after=min(longest, max(left, MOMENT) + MOMENT), failed=not progressing)


def _pause(problems: Iterable[ObjectProblem]) -> float | None:
    return pause((problem.reason for problem in problems), LONGEST_WAIT)
