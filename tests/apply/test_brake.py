"""How much may go unasked, and what an approval names."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidra.apply.guards.prune_limit import held, set_id


@pytest.mark.parametrize(
    ("gone", "total", "limit", "expected"),
    [
        (10, 10, 0, False),
        (11, 11, 0, True),
        (11, 22, 50, False),
        (12, 23, 50, True),
        (11, 1000, 1, True),
        (11, 1100, 1, False),
        (1000, 1000, 99, True),
        (1000, 1000, 100, False),
        (0, 0, 0, False),
    ],
)
def test_more_than_ten_and_more_than_the_share_is_held(gone: int, total: int, limit: int, expected: bool) -> None:
    assert held(range(gone), total, limit) is expected


@given(st.sets(st.text(min_size=1)), st.randoms(use_true_random=False))
def test_an_approval_names_a_set_whatever_its_order(names: set[str], shuffled: Random) -> None:
    order = sorted(names)
    shuffled.shuffle(order)
    assert set_id(order) == set_id(names)


def test_another_set_has_another_name() -> None:
    ids = {set_id(names) for names in ([], ["a"], ["b"], ["a", "b"], ["ab"], ["a", "b", "c"])}
    assert len(ids) == 6
    assert all(len(each) == 10 for each in ids)
