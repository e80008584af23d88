"""The text that Infrahub signs is found from the text that it sends."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from testkit.pace import pieces
from vidra.web.webhooks.canonical_json import redumped
from vidra.web.webhooks.infrahub_caller import CAP

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
)


def signed(value: Any) -> tuple[bytes, bytes]:
    """As Infrahub signs it, up to 1.6 and since 1.7."""
    return json.dumps(value).encode(), json.dumps(value, separators=(",", ":")).encode()


def sent(value: Any) -> bytes:
    """As httpx sends it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()


@given(VALUES)
def test_what_infrahub_sends_becomes_what_it_signs(value: Any) -> None:
    assert redumped(sent(value)) == signed(json.loads(sent(value)))


@given(VALUES)
def test_other_spacing_changes_nothing(value: Any) -> None:
    assert redumped(json.dumps(value, indent=1).encode()) == signed(value)
    assert redumped(json.dumps(value).encode()) == signed(value)


@given(VALUES, VALUES)
def test_bodies_of_one_signed_text_are_one_value(one: Any, other: Any) -> None:
    assert not (
        set(redumped(sent(one))) & set(redumped(sent(other))) and json.loads(sent(one)) != json.loads(sent(other))
    )


@given(st.binary())
def test_any_bytes_are_taken_or_refused(body: bytes) -> None:
    redumped(body)


@pytest.mark.parametrize(
    "value",
    ["é😀", "\x7f", '"\\', "a,b: c", "\\", "\u2028", "\n\t\x00", "é\x01\x02\x03", "é\x7f😀", {"ключ": ["ü", ", :"]}],
)
def test_letters_and_separators_in_strings(value: Any) -> None:
    assert redumped(sent(value)) == signed(value)


HOSTILE = [b'""', b",", b'"\\', b'"', b'"a\n', '"é'.encode(), '"éa"'.encode(), b"\\", b'{"a":', b'"\x7fa"']


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_body_takes_more_than_a_moment(piece: bytes) -> None:
    body = (piece * CAP)[:CAP]
    # As many as its letters take, looked at one by one; what is looked at again for each letter takes thousands.
    assert pieces(lambda: redumped(body)) < 500


@pytest.mark.parametrize("body", [b'"', b'{"a":"b}', b'"\n"', b'"\xff"', b"\xc3\xa9", b'"\\"', b'"a" "'])
def test_what_cannot_be_json_is_refused(body: bytes) -> None:
    assert redumped(body) == ()
