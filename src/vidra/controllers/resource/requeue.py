"""When a VidraResource is reconciled again though nothing happens.

What ends by itself is looked at more often than what needs a person. What a watch tells the end of would need no look
at all: these are for the news that was missed.
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
"""Seconds after which one that waits for a slot of its cluster looks again, should nobody enqueue it."""
PROBE_WAIT = 15.0
"""Seconds after which one looks again that waits for a cluster to say whether it is there, should nobody enqueue it."""
LONGEST_WAIT = 30.0
"""Seconds between looks at what somebody else has to end, if no watch tells when: a kind, a namespace, a deletion."""
MOMENT = 0.5
"""Seconds after a deadline at which it is looked at again, so that its end is not crept up to."""


def after_apply(result: ReconcileResult | None, interval: float, fights: DriftFights) -> Result:
    """After a reconcile that came to its end.

    Args:
        result: What was applied; None when nothing was to be done.
        interval: Seconds.
        fights: Objects that rest for a while, because somebody changes them each time.
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
    """After a cluster did not do what every reconcile needs. One that answers does not tell when it is well again."""
    passing = isinstance(error, ApiError) and error.transient
    return Result(requeue_after=min(interval, LONGEST_WAIT) if passing else interval, failed=True)


def while_deleting(problems: Iterable[ObjectProblem], left: float, again: float | None, *, progressing: bool) -> Result:
    """While objects are still there.

    Args:
        left: Seconds until the deletion ends whatever is left.
        again: Seconds after which more can be done, whatever happens meanwhile.
        progressing: Nothing but time is needed.
    """
    left = left if again is None else min(left, again)
    longest = _pause(problems) or LONGEST_WAIT
    return Result(requeue_after=min(longest, max(left, MOMENT) + MOMENT), failed=not progressing)


def _pause(problems: Iterable[ObjectProblem]) -> float | None:
    return pause((problem.reason for problem in problems), LONGEST_WAIT)
