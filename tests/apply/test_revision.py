"""An object is up to date when it is the one that was applied, stays, and all its fields are still its owner's."""

import msgspec
import pytest

from vidra.api.resource import ManagedObject
from vidra.apply.revision import is_of_text, is_up_to_date, revision
from vidra.kube.object_snapshot import ObjectSnapshot

ENTRY = ManagedObject("v1", "ConfigMap", "box", "here", uid="u", revision=revision("text", "held"))
HELD = (("me", "held"),)


@pytest.mark.parametrize(
    ("live", "ended", "expected"),
    [
        (ObjectSnapshot("u", 5, HELD), False, True),
        (ObjectSnapshot("u", 5, (("me", "less"),)), False, False),
        (ObjectSnapshot("u", 5, (("other", "held"),)), False, False),
        (ObjectSnapshot("another", 5, HELD), False, False),
        (ObjectSnapshot("u", 5, HELD, terminating=True), False, False),
        (None, False, False),
        (None, True, True),
    ],
)
def test_an_object_is_up_to_date_as_it_was_applied(live: ObjectSnapshot | None, ended: bool, expected: bool) -> None:
    assert is_up_to_date(ENTRY, live, "me", ended=ended) is expected


def test_a_text_is_known_by_its_digest() -> None:
    known = [is_of_text(ENTRY, digests) for digests in (("text",), ("former", "text"), ("tex",), ("other",), ("",))]
    assert known == [True, True, False, False, False]


def test_an_entry_without_a_revision_is_of_no_text() -> None:
    assert not is_of_text(msgspec.structs.replace(ENTRY, revision=""), ("",))
