import random

import pytest

from vidra.kube import watch
from vidra.kube.errors import ApiError, Status, UnreachableError


def test_pauses_grow_are_bounded_and_heed_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(random, "uniform", lambda _, high: high)
    away = UnreachableError("away")
    pauses = [watch._pause(failures, away) for failures in range(1, 40)]
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (0.5, watch.LONGEST_BACKOFF)
    assert watch._pause(1, ApiError(429, Status(), 7)) == 7.5
    assert watch._pause(1, ApiError(429, Status(), 86_400)) == watch.LONGEST_BACKOFF + 0.5
