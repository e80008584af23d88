from datetime import UTC, datetime, timedelta

import pytest

from vidra.api.conditions import (
    MESSAGE_LIMIT,
    Condition,
    ConditionType,
    Verdict,
    conditions_for,
    find,
    is_ready,
    retrying,
    under_way,
)
from vidra.api.reasons import RETRIED, TERMINAL, Reason

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
LATER = NOW + timedelta(minutes=5)

GOOD = Verdict(ready=True, reason=Reason.APPLIED, message="10 objects applied")
WORKING = Verdict(ready=False, reason=Reason.PROGRESSING, message="applying", progressing=True)
RETRYING = Verdict(ready=False, reason=Reason.INFRAHUB_UNREACHABLE, message="no answer", progressing=True)
FAILED = Verdict(ready=False, reason=Reason.INFRAHUB_UNREACHABLE, message="no answer")
HELD = Verdict(ready=False, reason=Reason.PRUNE_HELD, message="held")
STUCK = Verdict(ready=False, reason=Reason.INVALID_SPEC, message="bad interval")


def shown(verdict: Verdict) -> dict[str, str]:
    return {condition.type: condition.status for condition in conditions_for(verdict, (), 1, NOW)}


@pytest.mark.parametrize(
    ("verdict", "conditions"),
    [
        (GOOD, {"Ready": "True"}),
        (WORKING, {"Ready": "Unknown", "Reconciling": "True"}),
        (RETRYING, {"Ready": "False", "Reconciling": "True"}),
        (FAILED, {"Ready": "False", "Reconciling": "True"}),
        (HELD, {"Ready": "False"}),
        (STUCK, {"Ready": "False", "Stalled": "True"}),
    ],
    ids=["good", "working", "retrying", "failed", "held", "stuck"],
)
def test_abnormal_conditions_are_there_only_while_they_are_true(verdict: Verdict, conditions: dict[str, str]) -> None:
    assert shown(verdict) == conditions


@pytest.mark.parametrize("reason", Reason)
def test_only_a_terminal_reason_stalls(reason: Reason) -> None:
    assert Verdict(ready=False, reason=reason, message="").stalled is (reason in TERMINAL)


@pytest.mark.parametrize("reason", sorted(RETRIED))
def test_what_is_tried_again_is_reconciling_and_not_under_way(reason: Reason) -> None:
    found = conditions_for(Verdict(ready=False, reason=reason, message="m"), (), 1, NOW)
    assert [(item.type, item.reason) for item in found] == [("Ready", reason), ("Reconciling", "ProgressingWithRetry")]
    assert retrying(found)
    assert not under_way(found)


def test_a_failure_may_be_tried_again_for_any_reason() -> None:
    verdict = Verdict(ready=False, reason=Reason.RESOURCES_NOT_READY, message="m", retried=True)
    assert retrying(conditions_for(verdict, (), 1, NOW))


def test_what_stalls_is_not_tried_again() -> None:
    assert not TERMINAL & RETRIED


@pytest.mark.parametrize("reason", sorted(TERMINAL))
def test_nothing_is_stalled_while_work_is_under_way_or_done(reason: Reason) -> None:
    assert not Verdict(ready=False, reason=reason, message="", progressing=True).stalled
    assert not Verdict(ready=True, reason=reason, message="").stalled


def test_every_condition_says_why_and_for_which_generation() -> None:
    for condition in conditions_for(STUCK, (), 7, NOW):
        assert (condition.reason, condition.message, condition.observed_generation) == (
            "InvalidSpec",
            "bad interval",
            7,
        )


def test_a_status_that_stays_keeps_its_transition_time() -> None:
    before = conditions_for(RETRYING, (), 1, NOW)
    after = conditions_for(HELD, before, 2, LATER)
    ready = find(after, ConditionType.READY)
    assert ready is not None
    assert (ready.reason, ready.last_transition_time) == ("PruneHeld", "2026-01-31T12:00:00Z")


def test_a_status_that_changes_takes_the_time_of_the_change() -> None:
    before = conditions_for(RETRYING, (), 1, NOW)
    ready = find(conditions_for(GOOD, before, 1, LATER), ConditionType.READY)
    assert ready is not None
    assert ready.last_transition_time == "2026-01-31T12:05:00Z"


def test_the_same_verdict_again_gives_equal_conditions() -> None:
    before = conditions_for(STUCK, (), 1, NOW)
    assert conditions_for(STUCK, before, 1, LATER) == before


def test_a_condition_that_comes_back_takes_a_new_transition_time() -> None:
    gone = conditions_for(GOOD, conditions_for(STUCK, (), 1, NOW), 1, NOW)
    stalled = find(conditions_for(STUCK, gone, 1, LATER), ConditionType.STALLED)
    assert stalled is not None
    assert stalled.last_transition_time == "2026-01-31T12:05:00Z"


def test_a_long_message_is_cut_and_says_so() -> None:
    verdict = Verdict(ready=False, reason=Reason.REFUSED, message="x" * (MESSAGE_LIMIT + 1))
    (ready,) = conditions_for(verdict, (), 1, NOW)
    assert len(ready.message) == MESSAGE_LIMIT
    assert ready.message.endswith("…")


@pytest.mark.parametrize(
    ("conditions", "ready"),
    [
        ((), False),
        ((Condition("Ready", "True", "Applied", observed_generation=3),), True),
        ((Condition("Ready", "True", "Applied", observed_generation=2),), False),
        ((Condition("Ready", "False", "Refused", observed_generation=3),), False),
        ((Condition("Ready", "Unknown", "Progressing", observed_generation=3),), False),
        ((Condition("Stalled", "True", "InvalidSpec", observed_generation=3),), False),
    ],
)
def test_ready_counts_only_for_the_generation_that_was_looked_at(
    conditions: tuple[Condition, ...], ready: bool
) -> None:
    assert is_ready(conditions, 3) is ready
