import ast
import inspect
import itertools
import re
from pathlib import Path

import pytest

from vidra.api import reasons
from vidra.api.reasons import TERMINAL, Reason

PAGE = Path(__file__).parents[2] / "docs" / "spec" / "conditions.md"


def documented() -> list[tuple[str, str, str]]:
    """The rows of the tables on the page: reason, meaning, what to do."""
    return re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def explained() -> set[str]:
    """Names of the members with a docstring below them."""
    (body,) = (
        node.body
        for node in ast.parse(inspect.getsource(reasons)).body
        if isinstance(node, ast.ClassDef) and node.name == "Reason"
    )
    return {
        target.id
        for node, following in itertools.pairwise(body)
        if isinstance(node, ast.Assign) and isinstance(following, ast.Expr)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def test_every_reason_is_explained_in_the_code() -> None:
    assert explained() == {reason.name for reason in Reason}


def test_the_page_lists_every_reason_once_and_no_other() -> None:
    assert sorted(name for name, _, _ in documented()) == sorted(reason.value for reason in Reason)


def test_every_reason_on_the_page_has_a_meaning_and_something_to_do() -> None:
    assert all(meaning.strip() and advice.strip() for _, meaning, advice in documented())


@pytest.mark.parametrize("reason", sorted(TERMINAL))
def test_the_page_marks_what_stalls(reason: Reason) -> None:
    (meaning,) = (meaning for name, meaning, _ in documented() if name == reason)
    assert "Stalled" in meaning


@pytest.mark.parametrize("reason", Reason)
def test_a_reason_is_one_word_as_the_api_convention_asks(reason: Reason) -> None:
    assert re.fullmatch(r"[A-Z][A-Za-z]+", reason)
