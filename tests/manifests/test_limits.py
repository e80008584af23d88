"""A text made to hurt is refused, quickly and as a problem like any other."""

import pytest

from testkit.pace import pieces
from testkit.thorough import amount
from vidra.manifests import Limits, ProblemReason, Reading, read

pytestmark = pytest.mark.thorough

LAUGHS = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)
GOOD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: good}\n"
MOST = 40_000
"""Pieces of known work that refusing a text may be; one that is unfolded or read again and again is millions."""
NODES = amount(50_000, Limits().nodes)
TOO_MANY = Limits().objects + 1
KEYS = ",".join(f"k{number}: 1" for number in range(5_000))


def _reasons(reading: Reading) -> set[ProblemReason]:
    return {each.reason for each in reading.problems}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (LAUGHS, ProblemReason.TOO_MANY_ALIASES),
        (f"a: &a {'x' * 100_000}\nb: [{','.join(['*a'] * 10_000)}]", ProblemReason.TOO_MANY_ALIASES),
        (f"a: &a {{{KEYS}}}\nb: {{<<: [{','.join(['*a'] * 10_000)}]}}", ProblemReason.TOO_MANY_ALIASES),
        ("[" * 1_000_000, ProblemReason.TOO_DEEP),
        ("{a: " * 1_000_000, ProblemReason.TOO_DEEP),
        ("- " * 1_000_000, ProblemReason.TOO_DEEP),
        ("? " * 1_000_000, ProblemReason.INVALID_KEY),
        ('{"a":' * 200_000 + "1" + "}" * 200_000, ProblemReason.TOO_DEEP),
        ('{"' + '\\"' * 1_000_000, ProblemReason.INVALID_YAML),
        ("x" * (8 * 1024 * 1024 + 1), ProblemReason.TOO_LARGE),
        ("\u20ac" * (4 * 1024 * 1024), ProblemReason.TOO_LARGE),
        ("---\n#\n" * TOO_MANY, ProblemReason.TOO_MANY_OBJECTS),
        ("---\na\n" * TOO_MANY, ProblemReason.TOO_MANY_OBJECTS),
        ("{}" * TOO_MANY, ProblemReason.TOO_MANY_OBJECTS),
        (
            f'{{"apiVersion":"v1","kind":"List","items":[{",".join(["{}"] * TOO_MANY)}]}}',
            ProblemReason.TOO_MANY_OBJECTS,
        ),
    ],
)
def test_it_is_refused(text: str, reason: ProblemReason) -> None:
    found: list[Reading] = []
    assert pieces(lambda: found.append(read(text))) < MOST
    assert found[0].objects == ()
    assert _reasons(found[0]) == {reason}


@pytest.mark.parametrize("text", ["a: 1\n" * NODES, '{"a":[' + "[]," * NODES + "[]]}"], ids=["yaml", "json"])
def test_too_many_nodes_are_refused(text: str) -> None:
    found: list[Reading] = []
    assert pieces(lambda: found.append(read(text, Limits(nodes=NODES)))) < MOST
    assert _reasons(found[0]) == {ProblemReason.TOO_MANY_NODES}


def test_a_bomb_of_aliases_is_refused_at_once_and_leaves_its_neighbours_alone() -> None:
    found: list[Reading] = []
    text = "---\n".join([GOOD, *[LAUGHS] * 100, GOOD.replace("good", "too")])
    assert pieces(lambda: found.append(read(text))) < MOST // 10
    reading = found[0]
    assert [each.ref.name for each in reading.objects] == ["good", "too"]
    assert len(reading.problems) == 100


@pytest.mark.parametrize("text", ["kind: A\na: {b: {c: [d]}}", '{"kind":"A","a":{"b":{"c":["d"]}}}'])
def test_depth_counts_maps_and_lists(text: str) -> None:
    assert ProblemReason.TOO_DEEP not in _reasons(read(text, Limits(depth=4)))
    assert ProblemReason.TOO_DEEP in _reasons(read(text, Limits(depth=3)))


def test_the_deepest_limit_is_within_what_the_interpreter_can_do() -> None:
    deep = "kind: A\na: " + "[" * 199 + "]" * 199
    assert _reasons(read(deep, Limits(depth=200))) == {ProblemReason.MISSING_API_VERSION}
    with pytest.raises(ValueError, match="depth must be between 1 and 200"):
        Limits(depth=201)


def test_a_text_with_too_many_objects_gives_none_of_them() -> None:
    text = "---\n".join(GOOD.replace("good", f"good-{number}") for number in range(4))
    assert len(read(text, Limits(objects=4)).objects) == 4
    reading = read(text, Limits(objects=3))
    assert reading.objects == ()
    assert [(each.document, each.reason) for each in reading.problems] == [(0, ProblemReason.TOO_MANY_OBJECTS)]


def test_what_an_alias_stands_for_is_a_copy_of_its_own() -> None:
    body = read(f"{GOOD}a: &a {{b: [1]}}\nc: *a\nd: {{<<: *a}}\n").objects[0].body
    body["a"]["b"].append(2)
    assert (body["c"], body["d"]) == ({"b": [1]}, {"b": [1]})
