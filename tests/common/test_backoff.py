"""How long each thing that failed waits."""

import random

import pytest

from vidra.common.backoff import Backoff


@pytest.mark.parametrize(
    ("failures", "longest", "expected"),
    [(1, 1e9, 1.0), (2, 1e9, 2.0), (5, 1e9, 16.0), (6, 1e9, 30.0), (10_000, 1e9, 30.0), (3, 2.5, 2.5)],
)
def test_a_delay_doubles_up_to_its_limit(
    monkeypatch: pytest.MonkeyPatch, failures: int, longest: float, expected: float
) -> None:
    monkeypatch.setattr(random, "uniform", lambda _, most: most)
    assert Backoff(first=1.0, longest=30.0).after(failures, longest) == expected


def test_no_number_of_failures_is_too_large() -> None:
    assert Backoff(first=1.0).after(10**9) <= 2**20


@pytest.mark.parametrize(("jitter", "least"), [(0.5, 4.0), (1.0, 0.0), (0.0, 8.0)])
def test_the_share_of_chance_is_taken_off_the_delay(
    monkeypatch: pytest.MonkeyPatch, jitter: float, least: float
) -> None:
    monkeypatch.setattr(random, "uniform", lambda lowest, _: lowest)
    assert Backoff(first=1.0, jitter=jitter).after(4) == least
