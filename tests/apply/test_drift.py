"""Which fields of an object differ, and who is named for it."""

from typing import Any

import pytest

from vidra.apply.drift import blamed, contains, differing
from vidra.apply.managed_fields import alone, below, cut

Json = dict[str, Any]
ME = "vidra:hub:me"


def item(spec: Json, *entries: Json) -> Json:
    return {"metadata": {"name": "it", "managedFields": list(entries)}, "spec": spec}


def entry(manager: str, fields: Json, time: str = "2026-01-01T00:00:00Z", **more: str) -> Json:
    return {"manager": manager, "fieldsV1": {"f:spec": fields}, "time": time, **more}


def found(wanted: Json, live: Json) -> tuple[list[str], tuple[str, ...]]:
    differences = tuple(differing(wanted, live, ME))
    return [one.path for one in differences], blamed(differences, live, ME)


def test_who_holds_the_field_is_named_and_nobody_else() -> None:
    live = item(
        {"size": 2, "colour": "red"},
        entry(ME, {"f:colour": {}}),
        entry("autoscaler", {"f:size": {}}, subresource="scale"),
        entry("editor", {"f:note": {}}, "2026-01-02T00:00:00Z"),
    )
    assert found(item({"size": 1, "colour": "red"}), live) == ([".spec.size"], ("autoscaler",))


def test_for_a_removed_field_those_are_named_who_wrote_since() -> None:
    live = item(
        {},
        entry("early", {"f:note": {}}, "2025-12-31T00:00:00Z"),
        entry(ME, {}),
        entry("late", {"f:other": {}}, "2026-01-02T00:00:00Z"),
        entry("controller", {"f:state": {}}, "2026-01-02T00:00:00Z", subresource="status"),
    )
    assert found(item({"size": 1}), live) == ([".spec.size"], ("late",))


def test_another_order_is_one_difference_and_nobody_s() -> None:
    one, two = {"name": "one", "image": "a"}, {"name": "two", "image": "b"}
    live = item({"tools": [two, one]}, entry("editor", {"f:note": {}}, "2026-01-02T00:00:00Z"))
    [difference] = differing(item({"tools": [one, two]}), live, ME)
    assert (difference.path, difference.order) == (".spec.tools", True)
    assert found(item({"tools": [one, two]}), live) == ([".spec.tools"], ())


def test_another_order_and_another_value_are_both_told() -> None:
    one, two = {"name": "one", "image": "a"}, {"name": "two", "image": "b"}
    held: Json = {"f:tools": {'k:{"name":"two"}': {"f:image": {}}}}
    live = item({"tools": [{**two, "image": "c"}, one]}, entry("editor", held))
    assert found(item({"tools": [one, two]}), live) == ([".spec.tools", ".spec.tools[two].image"], ("editor",))


def test_a_list_that_is_held_as_one_is_put_down_to_its_holder() -> None:
    live = item({"args": ["b", "a"]}, entry("editor", {"f:args": {}}))
    assert found(item({"args": ["a", "b"]}), live) == ([".spec.args"], ("editor",))


@pytest.mark.parametrize(
    ("live", "sent", "seen"),
    [
        ({"a": 1, "b": 2}, {"a": 1}, True),
        ({"a": 1}, {"a": 1, "b": None}, False),
        ({"a": True}, {"a": 1}, False),
        ([{"n": 1, "x": 0}, {"n": 2}], [{"n": 1}, {"n": 2}], True),
        ([{"n": 2}, {"n": 1}], [{"n": 1}, {"n": 2}], False),
        ([{"n": 0}, {"n": 1}, {"n": 2}], [{"n": 1}, {"n": 2}], True),
        (["a"], ["a", "a"], False),
        ({"cpu": "1"}, {"cpu": "1000m"}, False),
    ],
)
def test_what_was_sent_is_seen_with_its_values_and_in_its_order(live: Any, sent: Any, seen: bool) -> None:
    assert contains(live, sent) is seen


def test_an_empty_set_is_the_whole_only_where_nobody_goes_further() -> None:
    assert below([{}, None], "f:a") == [{}, None]
    assert below([{}, {"f:b": {}}], "f:b") == [None, {}]


def test_what_is_left_of_a_set_is_never_empty_in_the_middle() -> None:
    fields: Json = {"f:spec": {"f:replicas": {}}, "f:metadata": {"f:labels": {"f:a": {}, "f:b": {}}}}
    assert cut(fields, ("f:spec", "f:replicas")) == {"f:metadata": fields["f:metadata"]}
    assert cut(fields, ("f:metadata", "f:labels", "f:a"))["f:metadata"] == {"f:labels": {"f:b": {}}}
    assert cut(fields, ("f:status", "f:x")) == fields


def test_of_lists_those_items_are_alone_that_nobody_else_has() -> None:
    values = [{"name": "one", "image": "a", "tag": "x"}, {"name": "two", "image": "b"}]
    mine: Json = {
        'k:{"name":"one"}': {".": {}, "f:name": {}, "f:image": {}, "f:tag": {}},
        'k:{"name":"two"}': {"f:image": {}},
    }
    other: Json = {'k:{"name":"one"}': {"f:image": {}}, 'k:{"name":"two"}': {"f:image": {}}}
    assert alone(values, mine, [other]) == [{"name": "one", "tag": "x"}]
    assert alone(["a", "b"], {'v:"a"': {}, 'v:"b"': {}}, [{'v:"b"': {}}]) == ["a"]
