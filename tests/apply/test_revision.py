"""An object is up to date when it is the one that was applied, stays, and all its fields are still its owner's."""

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
    assert (is_of_text(ENTRY, "text"), is_of_text(ENTRY, "tex"), is_of_text(ENTRY, "other")) == (True, False, False)
