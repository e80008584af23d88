"""What ends by itself is looked at more often than what needs a person."""

import time

import pytest

from vidra.api.conditions import Verdict
from vidra.api.reasons import Reason
from vidra.api.resource import DriftedObject, ObjectProblem
from vidra.apply.desired.object import Key
from vidra.apply.inventory import Inventory
from vidra.controllers.resource.apply.result import ReconcileResult
from vidra.controllers.resource.drift.fights import FIRST_REST, ROUNDS, DriftFights
from vidra.controllers.resource.requeue import LONGEST_WAIT, MOMENT, after_apply, after_failure, while_deleting
from vidra.controllers.resource.status.compute import Outcome
from vidra.controllers.runtime.workqueue import Result
from vidra.kube.errors import ApiError, Status, UnreachableError

INTERVAL = 600.0


def result(*reasons: Reason, progressing: bool = False, drifted: bool = False) -> ReconcileResult:
    verdict = Verdict(
        ready=not reasons, reason=reasons[0] if reasons else Reason.APPLIED, message="", progressing=progressing
    )
    problems = tuple(ObjectProblem(reason, "it") for reason in reasons)
    drift = (DriftedObject("ConfigMap box"),) if drifted else ()
    outcome = Outcome(verdict, Inventory({}), problems, checksum="" if reasons else "c", drifted=drift)
    return ReconcileResult(outcome, (), 0, 0)


@pytest.mark.parametrize(
    ("done", "expected"),
    [
        (None, Result(INTERVAL)),
        (result(), Result(INTERVAL)),
        (result(drifted=True), Result(LONGEST_WAIT)),
        (result(Reason.REFUSED), Result(INTERVAL, failed=True)),
        (result(Reason.KIND_UNKNOWN, progressing=True), Result(LONGEST_WAIT, failed=True)),
        (result(Reason.PROGRESSING, progressing=True), Result(LONGEST_WAIT, failed=True)),
    ],
)
def test_after_an_apply(done: ReconcileResult | None, expected: Result) -> None:
    assert after_apply(done, INTERVAL, DriftFights()) == expected


def test_what_rests_is_tried_again_when_the_rest_is_over() -> None:
    fights = DriftFights()
    for _ in range(ROUNDS):
        fights.note([Key("", "", "ConfigMap", "here", "box")], time.monotonic())
    found = after_apply(result(Reason.DRIFT_FIGHT), INTERVAL, fights)
    assert not found.failed
    assert found.requeue_after is not None
    assert 0 < found.requeue_after <= FIRST_REST


def test_a_short_interval_is_kept() -> None:
    assert after_apply(result(Reason.KIND_UNKNOWN), 3, DriftFights()) == Result(3, failed=True)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (UnreachableError("away"), INTERVAL),
        (ApiError(503, Status()), LONGEST_WAIT),
        (ApiError(403, Status()), INTERVAL),
    ],
)
def test_a_cluster_that_answers_does_not_tell_when_it_is_well(
    error: UnreachableError | ApiError, expected: float
) -> None:
    assert after_failure(error, INTERVAL) == Result(expected, failed=True)


@pytest.mark.parametrize(
    ("left", "again", "seconds"),
    [(300, None, LONGEST_WAIT), (10, None, 10 + MOMENT), (300, 2, 2 + MOMENT), (-5, None, 2 * MOMENT)],
)
def test_the_end_of_a_deletion_is_not_missed(left: float, again: float | None, seconds: float) -> None:
    assert while_deleting((), left, again, progressing=True) == Result(seconds)
