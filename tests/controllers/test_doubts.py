"""An object is looked at when somebody may have changed it without a trace in field ownership, once for each state."""

import time
from typing import Any

import pytest

from vidra.api.resource import ManagedObject
from vidra.apply.inventory import key_of
from vidra.apply.revision import generation_of, held_of, revision
from vidra.controllers.resource.drift.suspects import EVERY, Suspects
from vidra.kube.object_snapshot import ObjectSnapshot


def entry(kind: str = "Deployment", generation: int = 3, api_version: str = "apps/v1") -> ManagedObject:
    return ManagedObject(api_version, kind, "it", "ns", uid="u", revision=revision("text", "held", generation))


def live(generation: int, touched: int) -> ObjectSnapshot:
    return ObjectSnapshot("u", 5, (), generation=generation, touched=touched)


def test_a_revision_tells_what_was_applied() -> None:
    assert (held_of(entry()), generation_of(entry())) == ("held", 3)
    assert (held_of(entry(generation=0)), generation_of(entry(generation=0))) == ("held", 0)
    assert (held_of(ManagedObject("v1", "Pod", "it")), generation_of(ManagedObject("v1", "Pod", "it"))) == ("", 0)


@pytest.mark.parametrize(
    ("generation", "touched", "doubt"),
    [(3, 3, False), (4, 3, False), (4, 4, True), (5, 4, True), (0, 0, False)],
)
def test_a_generation_that_nobody_accounts_for_is_a_doubt(generation: int, touched: int, doubt: bool) -> None:
    assert Suspects().about(entry(), live(generation, touched)) is doubt


def test_what_was_found_to_be_fine_is_not_asked_again() -> None:
    known = Suspects()
    known.fine(entry(), 4)
    assert not known.about(entry(), live(4, 4))
    assert known.about(entry(), live(5, 5))
    known.keep([key_of(entry())])
    assert not known.about(entry(), live(4, 4))
    known.keep([])
    assert known.about(entry(), live(4, 4))


def test_of_what_has_no_generation_a_service_is_looked_at_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    known = Suspects()
    service, box = entry("Service", 0, "v1"), entry("ConfigMap", 0, "v1")

    def doubt(item: ManagedObject) -> Any:
        return known.about(item, live(0, 0))

    assert (doubt(service), doubt(box)) == (False, False)
    now[0] += 1.5 * EVERY
    assert (doubt(service), doubt(box)) == (True, False)
    known.fine(service, 0)
    assert not doubt(service)
