"""What is new about health is told once, and what only says more about it is written less and less often."""

import asyncio
import itertools

import pytest

from vidra.api.health import Status
from vidra.controllers.runtime import health_history
from vidra.controllers.runtime.health_history import HealthHistories, HealthHistory

FAILED, WAITS, GOOD = Status.FAILED, Status.IN_PROGRESS, Status.CURRENT


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a test sets."""
    now = [1_000.0]

    class Loop:
        def time(self) -> float:
            return now[0]

    monkeypatch.setattr(asyncio, "get_running_loop", Loop)
    return now


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ([None, WAITS, GOOD], ["", ""]),
        ([WAITS, FAILED, GOOD], ["failed", "healthy"]),
        # A Pod that crashes again and again is one piece of news, and so is its end.
        ([GOOD, FAILED, WAITS, FAILED, WAITS, GOOD, FAILED], ["failed", "", "", "", "healthy", "failed"]),
        # After a restart the status says that something had failed.
        ([FAILED, FAILED, WAITS, GOOD], ["", "", "healthy"]),
        # Nothing is left that could be healthy.
        ([GOOD, FAILED, None], ["failed", ""]),
        # What cannot be seen is neither.
        ([GOOD, FAILED, Status.UNKNOWN, GOOD], ["failed", "", "healthy"]),
    ],
)
async def test_failures_and_their_end_are_told_once(words: list[Status | None], told: list[str]) -> None:
    history = HealthHistory()
    assert [history.news(*pair) for pair in itertools.pairwise(words)] == told


def test_a_new_state_is_written_at_once(clock: list[float]) -> None:
    history = HealthHistory()
    assert [history.may_write(detail=False) for _ in range(3)] == [True] * 3
    clock[0] += 0.1
    assert history.may_write(detail=False)


def test_details_that_change_all_the_time_are_written_ever_more_seldom(clock: list[float]) -> None:
    history = HealthHistory()
    written = []
    for second in range(86_400):
        clock[0] = 1_000.0 + second
        if history.may_write(detail=True):
            written.append(second)
    assert written[:6] == [0, 2, 6, 14, 30, 62]
    assert written[-1] - written[-2] == health_history.LONGEST
    assert len(written) < 160, "of one a second in a day"


def test_what_was_calm_is_written_at_once_again(clock: list[float]) -> None:
    history = HealthHistory()
    for second in range(100):
        clock[0] = 1_000.0 + second
        history.may_write(detail=True)
    clock[0] += 3_600
    assert history.may_write(detail=True)
    clock[0] += health_history.FIRST
    assert history.may_write(detail=True)


def test_what_waits_is_written_when_its_time_comes(clock: list[float]) -> None:
    history = HealthHistory()
    history.may_write(detail=False)
    assert not history.may_write(detail=True)
    assert history.waits
    clock[0] += history.left
    assert history.may_write(detail=True)
    assert not history.waits


async def test_a_resource_that_was_deleted_is_forgotten() -> None:
    histories = HealthHistories()
    await asyncio.sleep(0)
    histories.of("VidraResource", "web").news(GOOD, FAILED)
    histories.forget("VidraResource", "web")
    assert histories.of("VidraResource", "web").news(None, GOOD) == ""
