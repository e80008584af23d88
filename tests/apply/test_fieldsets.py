"""What can be done with sets of fields."""

import pytest

from vidra.apply.field_sets import Fields, meet, merged, taken_from, without

WEB = 'k:{"name":"web"}'
ITEM: Fields = {".": {}, "f:name": {}}


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ({"f:a": {}}, {"f:b": {}}, False),
        ({"f:a": {}}, {"f:a": {}}, True),
        ({"f:a": {"f:b": {}}}, {"f:a": {"f:c": {}}}, False),
        ({"f:a": {".": {}, "f:b": {}}}, {"f:a": {"f:c": {}}}, False),
        ({"f:a": {}}, {"f:a": {"f:c": {}}}, True),
        ({WEB: {".": {}}}, {WEB: {".": {}, "f:image": {}}}, True),
    ],
)
def test_sets_meet_in_a_member(one: Fields, other: Fields, *, expected: bool) -> None:
    assert meet(one, other) is meet(other, one) is expected


@pytest.mark.parametrize(
    ("fields", "others", "left"),
    [
        ({"f:a": {}, "f:b": {}}, {"f:a": {}}, {"f:b": {}}),
        ({"f:data": {".": {}, "f:a": {}}}, {"f:data": {"f:a": {}}}, {}),
        ({"f:data": {".": {}, "f:a": {}, "f:b": {}}}, {"f:data": {"f:a": {}}}, {"f:data": {".": {}, "f:b": {}}}),
        ({"f:l": {WEB: {**ITEM, "f:image": {}}}}, {"f:l": {WEB: ITEM}}, {}),
        ({"f:l": {WEB: {"f:image": {}}}}, {"f:l": {WEB: ITEM}}, {"f:l": {WEB: {"f:image": {}}}}),
        ({"f:s": {"f:a": {}}}, {"f:s": {}}, {"f:s": {"f:a": {}}}),
        ({"f:s": {}}, {"f:s": {"f:a": {}}}, {}),
        ({"f:a": {}}, {}, {"f:a": {}}),
    ],
)
def test_what_is_left_without_others(fields: Fields, others: Fields, left: Fields) -> None:
    assert without(fields, others) == left


@pytest.mark.parametrize(
    ("body", "fields", "expected"),
    [
        ({"a": 1, "b": 2}, {"f:a": {}}, {"a": 1}),
        ({"a": {"b": 1}}, {"f:a": {"f:gone": {}}}, {}),
        ({"a": {}}, {"f:a": {}}, {"a": {}}),
        ({"l": [{"name": "x"}, {"name": "web", "image": "i"}]}, {"f:l": {WEB: ITEM}}, {"l": [{"name": "web"}]}),
        ({"l": ["a", "b"]}, {"f:l": {'v:"b"': {}}}, {"l": ["b"]}),
        ({"l": [{"port": 80, "protocol": "TCP"}]}, {"f:l": {}}, {"l": [{"port": 80, "protocol": "TCP"}]}),
    ],
)
def test_a_set_takes_its_part_of_an_object(body: Fields, fields: Fields, expected: Fields) -> None:
    assert taken_from(body, fields) == expected


def test_sets_are_merged_and_stay_as_they_were() -> None:
    one: Fields = {"f:a": {"f:b": {}}}
    assert merged(one, {"f:a": {"f:c": {}}, "f:d": {}}) == {"f:a": {"f:b": {}, "f:c": {}}, "f:d": {}}
    assert one == {"f:a": {"f:b": {}}}
