"""What may have changed without another holder of fields is doubted, and what a controller writes is not."""

import msgspec
import pytest

from vidra.kube.object_doubts import applied, is_doubtful, since
from vidra.kube.object_snapshot import ObjectSnapshot, snapshot_of
from vidra.kube.partial_metadata import LiveMeta, ManagedFieldsEntry

ME, OTHER = "vidra:hub:me", "vidra:hub:other"
NOON, LATER = "2026-11-29T12:00:00Z", "2026-11-29T12:00:01Z"


def held(manager: str, time: str = NOON, fields: bytes = b'{"f:data":{}}', **more: str) -> ManagedFieldsEntry:
    operation = more.get("operation", "Apply" if manager.startswith("vidra:") else "Update")
    return ManagedFieldsEntry(manager, operation, more.get("subresource", ""), time, msgspec.Raw(fields))


MINE = held(ME)
KUBECTL = held("kubectl", fields=b'{"f:x":{}}')
STATUS = held("controller", subresource="status")


def seen(version: int, *entries: ManagedFieldsEntry, generation: int = 0, **labels: str) -> ObjectSnapshot:
    meta = LiveMeta("it", "ns", "u", str(version), generation, labels=labels, managed_fields=entries)
    return snapshot_of(meta)


def doubted(old: ObjectSnapshot, new: ObjectSnapshot, applier: str | None = None) -> bool:
    return since(old, new, applier=applier).doubt(ME) > 0


BEFORE = seen(1, MINE, KUBECTL, STATUS)
UNDER_THE_NAME = {
    "another time": seen(2, held(ME, LATER), KUBECTL, STATUS),
    "a field less": seen(2, held(ME, fields=b"{}"), KUBECTL, STATUS),
    "the same second": seen(2, MINE, KUBECTL, STATUS),
    "the same second, and a co-owner's field": seen(2, MINE, held("kubectl", fields=b"{}"), STATUS),
    "the same second, and a co-owner's only field": seen(2, MINE, STATUS),
}
BY_OTHERS = {
    "a status": seen(2, MINE, KUBECTL, held("controller", LATER, subresource="status")),
    "somebody's own fields": seen(2, MINE, held("kubectl", LATER, b'{"f:x":{}}'), STATUS),
    "somebody new": seen(2, MINE, KUBECTL, STATUS, held("helm", fields=b'{"f:y":{}}')),
    "another owner": seen(2, MINE, KUBECTL, STATUS, held(OTHER)),
}


@pytest.mark.parametrize("now", UNDER_THE_NAME.values(), ids=UNDER_THE_NAME)
def test_a_write_under_an_owners_name_is_doubted(now: ObjectSnapshot) -> None:
    assert doubted(BEFORE, now)


@pytest.mark.parametrize("now", BY_OTHERS.values(), ids=BY_OTHERS)
def test_what_others_write_is_not(now: ObjectSnapshot) -> None:
    assert not doubted(BEFORE, now)


def test_where_a_generation_counts_changes_of_the_spec_a_status_costs_nothing_in_the_same_second_either() -> None:
    before = seen(1, MINE, STATUS, generation=1, app="shop")
    assert not doubted(before, seen(2, MINE, STATUS, generation=1, app="shop"))
    assert doubted(before, seen(2, MINE, STATUS, generation=1, app="another"))
    assert not doubted(before, seen(2, MINE, STATUS, held("kubectl"), generation=1, app="another"))


def test_an_entry_that_comes_back_to_what_it_was_was_moved() -> None:
    lost = since(BEFORE, seen(2, held(ME, fields=b"{}"), held("kubectl", LATER)))
    back = since(lost, seen(3, MINE, KUBECTL, STATUS))
    assert back.holders == BEFORE.holders
    assert back.doubt(ME) > lost.doubt(ME) > 0


def test_an_apply_of_the_owner_ends_its_doubt_and_nobody_elses() -> None:
    both = seen(1, MINE, held(OTHER))
    doubtful = since(both, seen(2, MINE, held(OTHER)))
    assert doubtful.doubt(ME)
    settled = since(doubtful, seen(3, held(ME, LATER), held(OTHER)), applier=ME)
    assert (settled.doubt(ME), settled.doubt(OTHER)) == (0, doubtful.doubt(OTHER))


def test_an_answer_that_arrives_after_its_event_ends_the_doubt_too() -> None:
    echo = since(BEFORE, seen(2, held(ME, LATER), KUBECTL, STATUS))
    assert echo.doubt(ME)
    assert not applied(echo, ME).doubt(ME)


def test_writes_of_metadata_by_vidra_are_no_doubt_unless_somebody_wrote_before_them() -> None:
    assert not doubted(BEFORE, seen(2, held(ME, fields=b"{}"), STATUS), applier="")
    assert doubted(BEFORE, seen(3, held(ME, LATER), STATUS), applier="")


def test_owners_are_notified_at_once_but_not_of_each_second_status_within_a_second() -> None:
    quiet = seen(1, MINE)
    assert is_doubtful(quiet, since(quiet, seen(2, MINE)))
    again = since(BEFORE, seen(2, MINE, KUBECTL, STATUS))
    assert again.doubt(ME)
    assert not is_doubtful(BEFORE, again)
    assert is_doubtful(BEFORE, since(BEFORE, UNDER_THE_NAME["another time"]))


def test_what_is_seen_first_is_not_doubted() -> None:
    assert not since(None, BEFORE).doubts
    assert not since(msgspec.structs.replace(BEFORE, uid="before"), BEFORE).doubts
