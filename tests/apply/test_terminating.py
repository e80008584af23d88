"""What is seen to be terminating is left alone; what is said about another object says nothing about it."""

import pytest

from vidra.apply.guards.terminating import is_terminating
from vidra.kube.object_snapshot import ObjectSnapshot


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (None, False),
        (ObjectSnapshot("u", 5, ()), False),
        (ObjectSnapshot("u", 5, (), terminating=True), True),
        (ObjectSnapshot("other", 5, (), terminating=True), False),
    ],
)
def test_an_object_is_left_alone_while_it_terminates(state: ObjectSnapshot | None, expected: bool) -> None:
    assert is_terminating(state, "u") is expected
