import re
from pathlib import Path

import pytest

from vidra.api.reason_guide import GUIDE, explain, row
from vidra.api.reasons import TERMINAL, Reason

PAGE = Path(__file__).parents[2] / "docs" / "spec" / "conditions.md"


def documented() -> list[tuple[str, str, str]]:
    """The rows of the tables on the page: reason, meaning, what to do."""
    return re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)


def test_every_reason_is_explained_once() -> None:
    assert sorted(reason for section in GUIDE.values() for reason in section) == sorted(Reason)


@pytest.mark.parametrize("reason", Reason)
def test_the_page_says_of_a_reason_what_the_code_says(reason: Reason) -> None:
    assert row(reason) in PAGE.read_text(encoding="utf-8").splitlines()


def test_the_page_has_the_sections_of_the_code_in_its_order() -> None:
    found = re.findall(r"^## (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert [title for title in found if title in GUIDE] == list(GUIDE)


@pytest.mark.parametrize("reason", Reason)
def test_an_explanation_can_be_read_on_a_terminal(reason: Reason) -> None:
    found = explain(reason)
    assert "](" not in found.meaning + found.advice


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
