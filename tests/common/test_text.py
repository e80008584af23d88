"""Lists in sentences are never longer than a person reads."""

import pytest

from vidra.common.text import limited, limited_sentences


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([], ""),
        (["a"], "a"),
        (["a", "b"], "a, b"),
        (["a", "b", "c"], "a, b and 1 more"),
        ([1, 2, 3, 4], "1, 2 and 2 more"),
    ],
)
def test_the_first_are_named_and_the_rest_are_counted(items: list[object], expected: str) -> None:
    assert limited(items, 2) == expected


def test_sentences_are_divided_as_sentences() -> None:
    assert limited_sentences(["a is bad", "b too", "c"], 2) == "a is bad; b too; and 1 more"
