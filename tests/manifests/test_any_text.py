"""Whatever the text, reading it ends; whatever the object, its text reads back."""

import json
from typing import Any

import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from vidra.manifests import Limits, read
from vidra.manifests.write import write

PIECES = st.sampled_from(
    [
        "kind: ",
        "apiVersion: v1",
        "metadata: {name: a}",
        "items:",
        "- ",
        "  ",
        "\n",
        "---\n",
        "...\n",
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "&a ",
        "*a",
        "<<: ",
        "!!int ",
        "!!binary ",
        "\n? ",
        "",
        "\n",
        ">\n",
        '"',
        "'",
        "#",
        "%YAML 1.1\n",
        "\t",
        "\r",
        "\u2028",
        "\ufeff",
        "\\ud800",
        "\x00",
        "1e999",
        ".nan",
        "~",
        '{"a":1}',
        "0x",
        "--- x",
    ]
)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False, allow_infinity=False).filter(
    lambda value: not value.is_integer()
)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS | PIECES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=15,
)
GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: %s}\n"


def _object(value: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "A", "metadata": {"name": "a"}, "spec": value}


@given(st.binary(max_size=200))
def test_no_bytes_raise(data: bytes) -> None:
    read(data)


@given(
    st.lists(PIECES | TEXTS, max_size=30).map("".join),
    st.sampled_from([Limits(), Limits(depth=3, nodes=20, objects=2)]),
)
def test_nothing_that_looks_like_yaml_raises(text: str, limits: Limits) -> None:
    reading = read(text, limits)
    assert "\n" not in "".join(each.message for each in reading.problems + reading.warnings)


@given(VALUES)
def test_an_object_reads_back_from_json(value: Any) -> None:
    for text in (json.dumps(_object(value)), json.dumps(_object(value), indent="\t", ensure_ascii=False)):
        assert [each.body for each in read(text).objects] == [_object(value)]


@given(VALUES)
def test_an_object_reads_back_from_the_yaml_that_vidra_writes(value: Any) -> None:
    reading = read(write([_object(value), _object(value)]))
    assert [each.body for each in reading.objects] == [_object(value)]
    assert reading.problems == ()


@example(["%YAML 1.1\n#\rkind: "])
@given(st.lists(st.lists(PIECES.filter(lambda piece: "---" not in piece), max_size=10).map("".join), max_size=5))
def test_good_documents_are_never_lost_between_bad_ones(others: list[str]) -> None:
    good = [GOOD % f"good-{number}" for number in range(len(others) + 1)]
    text = good[0] + "".join(
        f"---\n{other}\n---\n{following}" for other, following in zip(others, good[1:], strict=True)
    )
    names = [each.ref.name for each in read(text).objects if each.ref.name.startswith("good-")]
    assert names == [f"good-{number}" for number in range(len(good))]


def test_what_people_write_with_other_programs_reads_back() -> None:
    spec = {
        "on": "yes",
        "mode": "0644",
        "when": "2026-11-23",
        "script": "#!/bin/sh\nset -e\n\necho  a \n",
        "none": None,
    }
    assert read(yaml.safe_dump(_object(spec))).objects[0].body == _object(spec)
