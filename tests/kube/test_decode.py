"""What an API server stores may be deeper than the interpreter can read: what lies deep is left out."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vidra.kube.decode import ANYTHING, DEEPEST, decode, without_depth
from vidra.kube.errors import UnintelligibleError


class Page(msgspec.Struct):
    items: tuple[msgspec.Raw, ...]
    name: str = ""


def deep(levels: int, *, opening: str = '{"a": ', closing: str = "}") -> str:
    return opening * levels + "1" + closing * levels


@pytest.mark.parametrize("levels", [2_000, 10_000])
@pytest.mark.parametrize("brackets", [('{"a": ', "}"), ("[", "]"), ('[{"}]": ', "}]")])
def test_what_stands_beside_it_is_read(levels: int, brackets: tuple[str, str]) -> None:
    opening, closing = brackets
    evil = deep(levels, opening=opening, closing=closing)
    found = decode(f'{{"items": [{{"b": 1}}, {evil}, {{"c": "]"}}], "name": "it"}}'.encode(), Page)
    assert (found.name, len(found.items)) == ("it", 3)
    assert decode(found.items[0], dict[str, int]) == {"b": 1}
    assert decode(found.items[2], dict[str, str]) == {"c": "]"}
    decode(found.items[1], ANYTHING)


def test_what_is_read_as_a_whole_is_refused() -> None:
    with pytest.raises(UnintelligibleError, match="too deep"):
        decode(deep(10_000).encode(), dict[str, object])


@pytest.mark.parametrize("text", ["[" * 100_000, "]" * 100_000, '"' + "\\" * 100_001, deep(5_000) + "}", "{" * 5_000])
def test_what_is_no_json_stays_unreadable(text: str) -> None:
    with pytest.raises(UnintelligibleError):
        decode(text.encode(), Page)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=30,
)


@given(_JSON)
def test_what_is_not_deep_stays_as_it_is(value: object) -> None:
    text = msgspec.json.encode(value)
    assert without_depth(text) == text
    wrapped = msgspec.json.encode({"a": value})
    inner = b"[" * (DEEPEST - 1) + wrapped + b"]" * (DEEPEST - 1)
    msgspec.json.decode(without_depth(inner))
