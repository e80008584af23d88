"""An object is looked at when somebody may have changed it without a trace in field ownership, once for each state."""

import time
from typing import Any

import pytest

from vidra.api.resource import ManagedObject
from vidra.apply.inventory import key_of
from vidra.apply.revision import generation_of, held_of, revision, written_of
from vidra.controllers.resource.drift.suspects import EVERY, Suspects
from vidra.kube.object_snapshot import ObjectSnapshot

ME = "vidra:hub:me"


def entry(
    kind: str = "Deployment", generation: int = 3, api_version: str = "apps/v1", written: int = 0
) -> ManagedObject:
    return ManagedObject(api_version, kind, "it", "ns", uid="u", revision=revision("text", "held", generation, written))


def live(generation: int, touched: int = 0, *, written: int = 0, doubt: int = 0) -> ObjectSnapshot:
    return ObjectSnapshot(
        *("u", 5, ((ME, "held"),)),
        generation=generation,
        touched=touched,
        written=(written,),
        doubts=((ME, doubt),) if doubt else (),
    )


def test_a_revision_tells_what_was_applied() -> None:
    assert (held_of(entry()), generation_of(entry())) == ("held", 3)
    assert (held_of(entry(generation=0)), generation_of(entry(generation=0))) == ("held", 0)
    assert (held_of(ManagedObject("v1", "Pod", "it")), generation_of(ManagedObject("v1", "Pod", "it"))) == ("", 0)
    box = entry("ConfigMap", 0, "v1", 1795953600)
    assert (held_of(box), generation_of(box), written_of(box)) == ("held", 0, 1795953600)
    assert (generation_of(entry(written=7)), written_of(entry(written=7)), written_of(entry())) == (3, 7, 0)


@pytest.mark.parametrize(
    ("generation", "touched", "doubt"),
    [(3, 3, False), (4, 3, False), (4, 4, True), (5, 4, True), (0, 0, False)],
)
def test_a_generation_that_nobody_accounts_for_is_a_doubt(generation: int, touched: int, doubt: bool) -> None:
    assert Suspects().about(entry(), live(generation, touched), ME) is doubt


def test_what_was_found_to_be_fine_is_not_asked_again() -> None:
    known = Suspects()
    known.fine(entry(), 4, live(4, 4), ME)
    assert not known.about(entry(), live(4, 4), ME)
    assert known.about(entry(), live(5, 5), ME)
    known.keep([key_of(entry())])
    assert not known.about(entry(), live(4, 4), ME)
    known.keep([])
    assert known.about(entry(), live(4, 4), ME)


def test_of_what_has_no_generation_a_service_is_looked_at_now_and_then(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    known = Suspects()
    service, box = entry("Service", 0, "v1"), entry("ConfigMap", 0, "v1")

    def doubt(item: ManagedObject) -> Any:
        return known.about(item, live(0, 0), ME)

    assert (doubt(service), doubt(box)) == (False, False)
    now[0] += 1.5 * EVERY
    assert (doubt(service), doubt(box)) == (True, False)
    known.fine(service, 0, live(0), ME)
    assert not doubt(service)


@pytest.mark.parametrize(
    ("applied", "now", "doubt"), [(7, 7, False), (7, 9, True), (7, 5, True), (7, 0, True), (0, 9, False)]
)
def test_a_time_of_the_owners_entry_that_is_not_that_of_its_apply_is_a_doubt(
    applied: int, now: int, doubt: bool
) -> None:
    box = entry("ConfigMap", 0, "v1", applied)
    known = Suspects()
    assert known.about(box, live(0, written=now), ME) is doubt
    known.fine(box, 0, live(0, written=now), ME)
    assert not known.about(box, live(0, written=now), ME)
    assert known.about(box, live(0, written=now + 1), ME) is bool(applied and now + 1 != applied)


def test_a_doubt_that_arises_while_an_object_is_read_stays() -> None:
    known = Suspects()
    box = entry("ConfigMap", 0, "v1")
    assert known.about(box, live(0, doubt=1), ME)
    known.fine(box, 0, live(0, doubt=1), ME)
    assert not known.about(box, live(0, doubt=1), ME)
    assert known.about(box, live(0, doubt=2), ME)
    assert not known.about(box, live(0, doubt=2), "vidra:hub:other")
