"""Who fights back is noticed by the count, and then left alone for longer and longer."""

from vidra.apply.desired.object import Key
from vidra.controllers.resource.drift.fights import FIRST_REST, LONGEST_REST, ROUNDS, WINDOW, DriftFights

KEY = Key("", "", "ConfigMap", "here", "box")
OTHER = Key("", "", "ConfigMap", "here", "other")


def corrected(fights: DriftFights, times: int, begin: float, apart: float) -> float:
    """Note so many corrections; gives the time of the last one."""
    for number in range(times):
        fights.note([KEY], begin + number * apart)
    return begin + (times - 1) * apart


def test_a_few_corrections_are_no_fight() -> None:
    fights = DriftFights()
    last = corrected(fights, ROUNDS - 1, 100, 0.01)
    assert fights.rest(KEY, last) == 0
    assert fights.next_try(last) is None


def test_many_corrections_over_a_long_time_are_no_fight() -> None:
    fights = DriftFights()
    last = corrected(fights, 10 * ROUNDS, 100, WINDOW / (ROUNDS - 2))
    assert fights.rest(KEY, last) == 0


def test_many_corrections_at_once_are_one_and_the_object_rests() -> None:
    fights = DriftFights()
    last = corrected(fights, ROUNDS, 100, 0.01)
    assert fights.rest(KEY, last) == FIRST_REST
    assert fights.next_try(last) == FIRST_REST
    assert fights.rest(KEY, last + FIRST_REST) == 0


def test_only_that_object_rests() -> None:
    fights = DriftFights()
    last = corrected(fights, ROUNDS, 100, 0.01)
    assert fights.rest(OTHER, last) == 0


def test_each_try_that_does_not_help_doubles_the_rest_up_to_a_limit() -> None:
    fights = DriftFights()
    now = corrected(fights, ROUNDS, 100, 0.01)
    rests = []
    for _ in range(8):
        now += fights.rest(KEY, now)
        fights.note([KEY], now)
        rests.append(fights.rest(KEY, now))
    assert rests[:3] == [2 * FIRST_REST, 4 * FIRST_REST, 8 * FIRST_REST]
    assert rests[-1] == LONGEST_REST


def test_a_silence_ends_a_fight() -> None:
    fights = DriftFights()
    now = corrected(fights, ROUNDS, 100, 0.01) + FIRST_REST + WINDOW + 1
    fights.note([KEY], now)
    assert fights.rest(KEY, now) == 0
