"""No rule holds up Vidra for long or takes its memory, whatever its expressions and the object are."""

import resource
from typing import Any

import pytest

from vidra.apply.health import Status
from vidra.apply.health import compiled_rule as module
from vidra.apply.health.cel import Expression
from vidra.apply.health.cel_limits import ExpressionError
from vidra.apply.health.custom_rules import Rules, parse

NUMBERS = list(range(500))
LONG = "a" * 16_000
MEMORY = 700 * 1024
"""KiB; an expression that makes much of little takes gigabytes."""


def asked(expression: str) -> Rules:
    found, complaints = parse(f"- apiVersion: a/v1\n  kind: A\n  current: |-\n    {expression}\n")
    assert complaints == ()
    return found


def thing(**status: Any) -> dict[str, Any]:
    return {"apiVersion": "a/v1", "kind": "A", "status": status}


@pytest.mark.parametrize(
    "expression",
    [
        "[status.s].map(x, x + x).map(x, x + x) == []",
        "status.l. // map\n map(x, x) == []",
        "status.l.map // '\n (x, x) == []",
        "optional.of(1).optMap(x, [x, x]).optMap(x, [x, x]).hasValue()",
        "status.l.all(x, status.s + status.s != '')",
        "status.l.all(x, size('''(''') + 1 > 0)",
        r"status.l.all(x, r'\' + status.s != '')",
        "status.s + status.s + status.s + status.s + status.s + status.s == ''",
        "status.l.all(a, status.l.all(b, true))",
        "true" + " && true" * 200,
        "status.s.matches(status.s)",
        "matches(status.s, status.s)",
        "status.s.matches('a' + status.s)",
        "(" * 100 + "true" + ")" * 100,
    ],
)
def test_what_can_make_much_of_little_is_refused(expression: str) -> None:
    with pytest.raises(ExpressionError):
        Expression(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "status.s == '+ + + + + + ((( .map('",
        'status.s == "it\'s + + + + +" // + + + + + +',
        r"""status.s == '\'++' && status.s != r'\++' && status.s != '''++'++'''""",
    ],
)
def test_signs_in_texts_do_not_count(expression: str) -> None:
    Expression(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "status.l.all(x, status == status)",
        "status.l.all(x, !status.s.matches('(a|b)*a(a|b){14}c(a|b){14}$'))",
        "(status.l + status.l + status.l + status.l + status.l).filter(x, true).filter(x, true).filter(x, true) == []",
        "status.s.matches('(a+a+)+b')",
    ],
)
def test_the_costliest_ends_and_leaves_the_memory_alone(expression: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert asked(expression).health_of(thing(l=NUMBERS, s=LONG)).status is not Status.FAILED
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < MEMORY


def test_a_rule_that_takes_long_does_so_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LONGEST_EVALUATION", 0)  # so that any does, on any machine
    found = asked(f"status.l.all(x, {' && '.join(['status == status'] * 25)})")
    found.health_of(thing(l=NUMBERS))
    health = found.health_of(thing())
    assert health.status is Status.UNKNOWN
    assert "not asked any more" in health.message


def test_an_object_beyond_the_limits_is_not_shown_to_a_rule() -> None:
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"a": deep}
    for status in ({"s": LONG * 2}, {"l": NUMBERS * 2}, {"a": deep}, {"l": [[[1] * 100] * 100] * 100}):
        health = asked("true").health_of(thing(**status))
        assert (health.status, health.message) == (Status.UNKNOWN, "it is too large for the expressions of its rule")


def test_an_annotation_that_holds_the_whole_manifest_does_not_count() -> None:
    annotations = {"kubectl.kubernetes.io/last-applied-configuration": LONG * 2, "a": "b"}
    metadata = {"generation": 1, "annotations": annotations}
    assert asked("metadata.annotations.a == 'b'").health_of({**thing(), "metadata": metadata}).status is Status.CURRENT
