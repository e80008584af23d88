"""Events are shown oldest first, and with a sync those of its VidraResources."""

from testkit.resources import resource
from vidra.views.events import selected, subjects


def event(
    name: str, at: str, kind: str = "Normal", field: str = "lastTimestamp", of: str = "VidraResource"
) -> dict[str, object]:
    return {"type": kind, "involvedObject": {"kind": of, "name": name}, "metadata": {}, field: at}


def test_a_sync_stands_for_its_resources_too() -> None:
    made = [resource("all-1", sync="all"), resource("other-1", sync="other"), resource("alone")]
    assert subjects(["isync/all"], made) == {("InfrahubSync", "all"), ("VidraResource", "all-1")}
    assert subjects(["all"], made) == {("", "all"), ("VidraResource", "all-1")}


def test_two_syncs_of_one_name_are_not_mixed() -> None:
    made = [resource("first-1", sync="web"), resource("second-1", sync="web", kind="VidraSync")]
    assert subjects(["vsync/web"], made) == {("VidraSync", "web"), ("VidraResource", "second-1")}
    found = [event("web", "1", of="InfrahubSync"), event("web", "2", of="VidraSync")]
    assert selected(found, {("VidraSync", "web")}, warnings=False) == found[1:]
    assert selected(found, {("", "web")}, warnings=False) == found


def test_they_are_sorted_by_when_they_were_seen_last() -> None:
    found = [event("b", "2025-01-02"), event("a", "2025-01-03"), event("c", "2025-01-01", field="eventTime")]
    assert [item["involvedObject"]["name"] for item in selected(found, None, warnings=False)] == ["c", "b", "a"]


def test_names_and_warnings_choose() -> None:
    found = [event("a", "1"), event("b", "2", "Warning"), event("a", "3", "Warning")]
    assert selected(found, {("", "a")}, warnings=True) == [found[2]]
    assert selected(found, set(), warnings=False) == []
