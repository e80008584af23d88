"""From data to healthy: what the times in a status say, and what is not known is not made up."""

from datetime import UTC, datetime, timedelta

import msgspec

from testkit.resources import resource
from vidra.api.delivery import TextDelivery
from vidra.api.health import Status
from vidra.api.resource import Content, VidraResource
from vidra.controllers.resource.status.deliveries import KEPT, deliveries
from vidra.views.timeline import timeline

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


def having(item: VidraResource, checksum: str, *, applied: str = "", health: Status | None = None) -> VidraResource:
    """A VidraResource that is given a text, and has applied one."""
    spec = msgspec.structs.replace(item.spec, manifest=None, content=Content("a", checksum, ("text",), revision="r"))
    status = msgspec.structs.replace(item.status, applied_checksum=applied, health=health)
    return msgspec.structs.replace(item, spec=spec, status=status)


def after(item: VidraResource, seconds: float, seen: datetime | None = None) -> VidraResource:
    """What the status notes so many seconds later."""
    noted = deliveries(item, item.status, NOW + timedelta(seconds=seconds), seen)
    return msgspec.structs.replace(item, status=msgspec.structs.replace(item.status, deliveries=noted))


def test_a_text_is_seen_applied_and_healthy_each_once() -> None:
    item = having(resource("r"), "new")
    item = msgspec.structs.replace(item, status=msgspec.structs.replace(item.status, applied_checksum="old"))
    item = after(item, 3, seen=NOW)
    item = after(having(item, "new", applied="new", health=Status.IN_PROGRESS), 5)
    item = after(having(item, "new", applied="new", health=Status.CURRENT), 65)
    item = after(having(item, "new", applied="new", health=Status.FAILED), 90)
    (text,) = timeline([item]).texts
    assert (text.seen, text.until_applied, text.until_healthy, text.revision) == ("2026-11-29T12:00:00Z", 5, 65, "r")
    assert text.waits == ""


def test_what_is_not_healthy_says_why_and_an_older_text_does_not() -> None:
    item = after(having(resource("r", ready="False"), "one", applied="zero"), 0)
    item = after(having(item, "two", applied="zero"), 10)
    newest, older = timeline([item]).texts
    assert newest.waits == "Applied: all of it"
    assert (newest.until_applied, older.until_applied, older.waits) == (None, None, "")


def test_of_a_text_that_was_applied_before_times_were_noted_nothing_is_made_up() -> None:
    item = after(having(resource("r"), "one", applied="one", health=Status.CURRENT), 0)
    assert item.status.deliveries == ()
    assert timeline([item]).unknown == 1
    assert timeline([item]).healthy is None


def test_so_many_are_kept_and_the_spread_is_over_all() -> None:
    item = resource("r")
    for number in range(KEPT + 3):
        checksum = f"text-{number}"
        item = after(having(item, checksum, applied=f"text-{number - 1}"), 100 * number)
        item = after(having(item, checksum, applied=checksum, health=Status.CURRENT), 100 * number + number)
    found = timeline([item])
    assert [text.checksum for text in found.texts] == [f"text-{number}" for number in (7, 6, 5, 4, 3)]
    assert found.healthy is not None
    assert (found.healthy.texts, found.healthy.half, found.healthy.most) == (KEPT, 5, 7)


def test_times_that_nobody_can_read_have_no_duration() -> None:
    item = resource("r")
    status = msgspec.structs.replace(item.status, deliveries=(TextDelivery("c", seen="?", applied="?"),))
    (text,) = timeline([msgspec.structs.replace(item, status=status)]).texts
    assert text.until_applied is None
