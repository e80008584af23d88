"""What a listing means: whatever is not certain to be unwanted stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidra.api.conditions import Condition
from vidra.api.meta import Meta
from vidra.api.reasons import Reason
from vidra.api.resource import Content, ResourceSpec, ResourceStatus, VidraResource
from vidra.controllers.sync.artifacts.diff import Decision, artifact_of, decide
from vidra.sources.protocol import Listing, Unit

IDS = st.frozensets(st.sampled_from("abcdef"))


def made(id_: str, checksum: str = "1", *, lost: bool = False, deleted: bool = False) -> VidraResource:
    conditions = (Condition("Ready", "False", Reason.CONTENT_MISSING, observed_generation=1),) if lost else ()
    return VidraResource(
        Meta(name=f"sync-{id_}", generation=1, deletion_timestamp="now" if deleted else None),
        ResourceSpec(content=Content(artifact_id=id_, checksum=checksum, secrets=(f"s-{id_}",))),
        ResourceStatus(conditions=conditions),
    )


def outcome(decision: Decision) -> tuple[list[str], list[str], list[str], list[Reason]]:
    return (
        sorted(artifact.id for artifact in decision.fetch),
        sorted(artifact.id for artifact, _ in decision.keep),
        sorted(artifact_of(item) for item in decision.remove),
        [trouble.reason for trouble in decision.troubles],
    )


@pytest.mark.parametrize(
    ("existing", "listed", "expected"),
    [
        ([], [Unit("a", "1")], (["a"], [], [], [])),
        ([made("a")], [Unit("a", "1")], ([], ["a"], [], [])),
        ([made("a")], [Unit("a", "2")], (["a"], [], [], [])),
        ([made("a", lost=True)], [Unit("a", "1")], (["a"], [], [], [])),
        ([made("a", deleted=True)], [Unit("a", "2")], ([], [], [], [])),
        ([made("a")], [Unit("a", None)], ([], [], [], [Reason.NOT_GENERATED])),
        ([], [Unit("a", None)], ([], [], [], [Reason.NOT_GENERATED])),
        ([made("a")], [Unit("a", "1", failed=True)], ([], ["a"], [], [])),
        ([made("a"), made("b")], [Unit("b", "1")], ([], ["b"], ["a"], [])),
        ([made("a", deleted=True)], [Unit("b", "1")], (["b"], [], [], [])),
        ([made("a")], [], ([], [], [], [Reason.EMPTY_RESULT])),
        ([], [], ([], [], [], [Reason.EMPTY_RESULT])),
    ],
)
def test_decisions(
    existing: list[VidraResource],
    listed: list[Unit],
    expected: tuple[list[str], list[str], list[str], list[Reason]],
) -> None:
    assert outcome(decide(Listing(tuple(listed)), existing, lambda _: True, allow_empty=False)) == expected


def test_a_text_that_is_no_longer_stored_is_fetched_again() -> None:
    listing = Listing((Unit("a", "1"),))
    decision = decide(listing, [made("a")], lambda _: False, allow_empty=False)
    assert outcome(decision) == (["a"], [], [], [])


def test_an_empty_list_is_taken_at_its_word_only_when_allowed() -> None:
    decision = decide(Listing(()), [made("a"), made("b")], lambda _: True, allow_empty=True)
    assert outcome(decision) == ([], [], ["a", "b"], [])
    held = decide(Listing(()), [made("a"), made("b")], lambda _: True, allow_empty=False)
    assert "the 2 that were there stay" in held.troubles[0].message


@given(IDS, IDS, st.booleans(), st.sampled_from(["", "page 2 failed"]))
def test_nothing_is_ever_removed_on_an_incomplete_or_empty_list(
    existing: frozenset[str], listed: frozenset[str], allow_empty: bool, missing: str
) -> None:
    listing = Listing(tuple(Unit(id_, "1") for id_ in listed), missing)
    decision = decide(listing, [made(id_) for id_ in existing], lambda _: True, allow_empty=allow_empty)
    fetch, keep, remove, reasons = outcome(decision)
    assert fetch == sorted(listed - existing)
    assert keep == sorted(listed & existing)
    if missing:
        assert (remove, reasons) == ([], [Reason.PARTIAL_RESULT])
    elif not listed and not allow_empty:
        assert (remove, reasons) == ([], [Reason.EMPTY_RESULT])
    else:
        assert (remove, reasons) == (sorted(existing - listed), [])


@pytest.mark.parametrize(
    ("hint", "date", "advice"),
    [
        ("", "", ": check artifactName and targetBranch; the 1 that were there stay, set allowEmpty if they should go"),
        (
            '; did you mean "Web"?',
            "",
            '; did you mean "Web"? Correct artifactName; the 1 that were there stay, set allowEmpty if they should go',
        ),
        ("", "-2h", ": choose a later targetDate, or remove it; the 1 that were there stay"),
        (
            '; did you mean "Web"?',
            "-2h",
            (
                '; did you mean "Web"? Correct artifactName; choose a later targetDate, or remove it; '
                "the 1 that were there stay"
            ),
        ),
    ],
)
def test_the_advice_about_an_empty_list_is_right_for_the_case(hint: str, date: str, advice: str) -> None:
    listing = Listing((), hint=hint)
    held = decide(listing, [made("a")], lambda _: True, allow_empty=False, asked='"Wbe"', date=date)
    assert held.troubles[0].message == f'Infrahub lists no artifact "Wbe"{advice}'
