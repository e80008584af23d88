"""When a prune needs somebody's word, and what that word covers."""

from random import Random

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidra.api.held_prune import HeldPrune
from vidra.api.resource import ManagedObject
from vidra.apply.guards.prune_limit import (
    FORMER_LENGTH,
    evaluate,
    exceeds,
    object_names,
    remaining,
    request,
    set_id,
)
from vidra.apply.inventory import key_of


def entries(count: int, uid: str = "u") -> list[ManagedObject]:
    return [
        ManagedObject(api_version="v1", kind="ConfigMap", name=f"n{number}", namespace="ns", uid=f"{uid}{number}")
        for number in range(count)
    ]


def found(
    count: int, total: int, limit: int = 50, last: HeldPrune | None = None, approval: str = ""
) -> HeldPrune | None:
    return judged(entries(count), total, limit, last, approval)


def judged(
    going: list[ManagedObject], total: int, limit: int, last: HeldPrune | None, approval: str
) -> HeldPrune | None:
    return evaluate(object_names(going), len(going), total, limit=limit, previous=last, approval=approval)


def test_both_more_than_ten_and_more_than_the_share_are_needed() -> None:
    assert found(10, 10) is None
    assert found(11, 22) is None
    assert found(11, 21) is not None
    assert found(500, 500, limit=100) is None
    assert found(11, 1000, limit=0) is not None


def test_the_first_total_counts_while_it_is_held() -> None:
    first = found(20, 20)
    assert found(20, 200, last=first) == first


def test_nothing_goes_because_others_are_gone_meanwhile() -> None:
    first = found(20, 39)
    assert first is not None
    assert found(15, 29, last=first) == HeldPrune(id=set_id(object_names(entries(15))), objects=15, of=29)


def test_an_approval_is_for_that_very_set() -> None:
    first = found(20, 20)
    assert first is not None
    assert not first.approved
    again = found(20, 20, last=first, approval=first.id)
    assert again is not None
    assert again.approved
    more = found(21, 21, last=again, approval=first.id)
    assert more is not None
    assert not more.approved
    others = judged(entries(20, uid="other"), 20, 50, None, first.id)
    assert others is not None
    assert not others.approved


def test_what_is_left_of_an_approved_set_is_approved() -> None:
    first = found(20, 20)
    assert first is not None
    agreed = found(20, 20, approval=first.id)
    going = entries(20)
    left = remaining(agreed, going, [key_of(entry) for entry in going[15:]])
    assert left is not None
    assert (left.objects, left.of) == (15, 20)
    after = found(15, 20, last=left, approval=first.id)
    assert after is not None
    assert after.approved
    assert remaining(after, entries(15), [key_of(entry) for entry in entries(15)]) is None


def test_the_message_gives_the_command() -> None:
    first = found(12, 12)
    assert first is not None
    message = request("web", first, entries(12), 50)
    assert message.endswith(
        f"kubectl annotate vidraresource web vidra.infrahub.operators.com/approvePrune={first.id} --overwrite"
    )
    assert "and 7 more" in message


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
    assert exceeds(gone, total, limit) is expected


@given(st.sets(st.text(min_size=1)), st.randoms(use_true_random=False))
def test_an_approval_names_a_set_whatever_its_order(names: set[str], shuffled: Random) -> None:
    order = sorted(names)
    shuffled.shuffle(order)
    assert set_id(order) == set_id(names)


def test_another_set_has_another_name() -> None:
    ids = {set_id(names) for names in ([], ["a"], ["b"], ["a", "b"], ["ab"], ["a", "b", "c"])}
    assert len(ids) == 6
    assert all(len(each) == 32 for each in ids)


def former(count: int) -> HeldPrune:
    """What an earlier version held, with its shorter id."""
    held = found(count, count)
    assert held is not None
    return msgspec.structs.replace(held, id=held.id[:FORMER_LENGTH])


def test_what_an_earlier_version_held_stays_as_it_is_and_so_does_its_approval() -> None:
    assert found(20, 20, last=former(20)) == former(20)
    approved = found(20, 20, last=former(20), approval=former(20).id)
    assert approved == msgspec.structs.replace(former(20), approved=True)
    assert found(20, 20, last=approved) == approved


def test_an_id_of_an_earlier_version_approves_nothing_that_it_did_not_hold() -> None:
    for last in (None, found(20, 20), former(19)):
        again = found(20, 20, last=last, approval=former(20).id)
        assert again is not None
        assert not again.approved
