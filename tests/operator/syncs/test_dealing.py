"""Shards are dealt as evenly as they can be, and no more of them move than has to."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidra.manager.shard_leases import fair_share

NAMES = st.lists(st.sampled_from("abcdefgh"), min_size=1, unique=True)


@given(NAMES, st.integers(1, 32), st.data())
def test_all_shards_are_dealt_and_nobody_has_two_more_than_another(
    names: list[str], shards: int, data: st.DataObject
) -> None:
    held = {name: data.draw(st.integers(0, 5)) for name in names}
    dealt = [fair_share(name, names, held, shards) for name in names]
    assert sum(dealt) == shards
    assert max(dealt) - min(dealt) <= 1


@pytest.mark.parametrize("newcomer", ["a", "z"])
def test_who_has_the_odd_one_keeps_it(newcomer: str) -> None:
    held = {"m": 2, "n": 1}
    assert fair_share("m", ["m", "n", newcomer], held, 4) == 2
    assert fair_share("n", ["m", "n", newcomer], held, 4) == 1
    assert fair_share(newcomer, ["m", "n", newcomer], held, 4) == 1


def test_who_is_not_seen_by_others_yet_counts_itself() -> None:
    assert fair_share("me", ["other"], {}, 2) == 1
