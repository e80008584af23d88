"""Users say with a few expressions how a kind of theirs is judged; a rule that cannot be used stops only itself."""

import subprocess
import sys
from typing import Any

import pytest

from vidra.apply.health import Health, Status, health_of
from vidra.apply.health.custom_rules import Rules, parse

LINK = """
- apiVersion: net.example.com/v1
  kind: Link
  inProgress: has(status.training) && status.training
  failed: status.errors > 10
  current: status.state == 'up'
  message: "'the link is ' + status.state"
"""


def link(version: str = "v1", **body: Any) -> dict[str, Any]:
    return {"apiVersion": f"net.example.com/{version}", "kind": "Link", **body}


def rules(text: str) -> Rules:
    found, complaints = parse(text)
    assert complaints == ()
    return found


def rule(current: str, **more: str) -> Rules:
    fields = {"apiVersion": "net.example.com/v1", "kind": "Link", "current": current, **more}
    return rules("- " + "\n  ".join(f"{key}: {value!r}" for key, value in fields.items()))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ({"state": "up"}, Health(Status.CURRENT, "the link is up")),
        ({"state": "up", "errors": 3}, Health(Status.CURRENT, "the link is up")),
        ({"state": "up", "errors": 11}, Health(Status.FAILED, "the link is up")),
        ({"state": "up", "errors": 11, "training": True}, Health(Status.IN_PROGRESS, "the link is up")),
        ({"state": "down"}, Health(Status.IN_PROGRESS, "the link is down")),
        ({"state": 7}, Health(Status.IN_PROGRESS, "its rule says InProgress")),
        ({}, Health(Status.IN_PROGRESS, "its rule says InProgress")),
    ],
)
def test_the_first_expression_that_says_yes_counts(status: dict[str, Any], expected: Health) -> None:
    assert rules(LINK).health_of(link(status=status)) == expected


def test_without_a_status_it_is_on_its_way() -> None:
    assert rules(LINK).health_of(link()).status is Status.IN_PROGRESS


def test_the_version_of_the_api_does_not_matter_and_other_kinds_keep_their_own_rule() -> None:
    found = rules(LINK)
    assert found.health_of(link("v2", status={"state": "up"})).status is Status.CURRENT
    for other in ({"apiVersion": "v1", "kind": "Link"}, {"apiVersion": "apps/v1", "kind": "Deployment"}):
        assert found.health_of(other) == health_of(other)


def test_what_is_being_deleted_or_not_seen_yet_is_not_asked() -> None:
    found = rules(LINK)
    ending = link(metadata={"deletionTimestamp": "2026-01-01T00:00:00Z"}, status={"state": "up"})
    assert found.health_of(ending).status is Status.TERMINATING
    edited = link(metadata={"generation": 2}, status={"observedGeneration": 1, "state": "up"})
    assert found.health_of(edited) == health_of(edited)


def test_a_rule_comes_before_what_vidra_knows_of_a_kind() -> None:
    found = rules("- {apiVersion: v1, kind: Service, current: size(status.loadBalancer.ingress) > 0}")
    bare = {"apiVersion": "v1", "kind": "Service", "spec": {"type": "LoadBalancer", "clusterIP": "10.0.0.1"}}
    assert health_of(bare).status is Status.CURRENT
    assert found.health_of(bare).status is Status.IN_PROGRESS


def test_without_a_message_the_conditions_are_quoted() -> None:
    told = [{"type": "A", "status": "False", "message": "no"}, {"type": "Ready", "status": "True", "message": "go"}]
    assert rule("false").health_of(link(status={"conditions": told})).message == "go"
    assert rule("false").health_of(link(status={"conditions": told[:1]})).message == "no"


def test_expressions_as_people_write_them_for_flux() -> None:
    ready = {"conditions": [{"type": "Ready", "status": "True"}]}
    for text in (
        "status.conditions.filter(e, e.type == 'Ready').all(e, e.status == 'True')",
        "status.?conditions.orValue([]).exists(c, c.type == 'Ready' && c.status == 'True')",
        "has(status.conditions) && status.conditions[0].type in ['Ready', 'Available']",
        "status.conditions.exists(c, c.missing == 1 || c.type.startsWith('Re'))",
    ):
        assert rule(text).health_of(link(status=ready)).status is Status.CURRENT, text


def test_only_true_is_yes() -> None:
    for text in ("1", "'true'", "[true]", "status", "1 / 0 == 1", "status.items[5]"):
        assert rule(text).health_of(link(status={"items": []})).status is Status.IN_PROGRESS, text


def test_kinds_with_a_rule_need_their_body() -> None:
    text = "- {apiVersion: networking.k8s.io/v1, kind: Ingress, current: has(status.loadBalancer.ingress)}"
    assert not Rules().needs_body("networking.k8s.io/v1", "Ingress")
    assert rules(text).needs_body("networking.k8s.io/v1", "Ingress")
    assert not rules(text).needs_body("v1", "ConfigMap")


@pytest.mark.parametrize(
    ("item", "complaint"),
    [
        ("{kind: A, current: 'true'}", "rule 1 (A): Object missing required field `apiVersion`"),
        ("{apiVersion: x/v1, kind: A}", "rule 1 (A): Object missing required field `current`"),
        ("{apiVersion: x/v1, kind: A, current: 'true', healthy: 'true'}", "unknown field `healthy`"),
        ("{apiVersion: x/v1, kind: A, current: true}", "rule 1 (A): Expected `str`, got `bool` - at `$.current`"),
        ("{apiVersion: x/v1, kind: A, current: ''}", "rule 1 (A): current: it is empty"),
        ("{apiVersion: x/v1, kind: '', current: 'true'}", "rule 1: apiVersion and kind must not be empty"),
        (
            "{apiVersion: x/v1, kind: A, current: stauts}",
            "current: line 1, column 1: undeclared reference to 'stauts'",
        ),
        ("{apiVersion: x/v1, kind: A, current: 'true', failed: '(('}", "rule 1 (A): failed: line 1, column 3: Syntax"),
        ("just text", "rule 1: Expected `object`, got `str`"),
    ],
)
def test_a_bad_rule_is_told_and_the_others_are_in_force(item: str, complaint: str) -> None:
    found, complaints = parse(f"- {item}\n{LINK}")
    assert [complaint in str(each) for each in complaints] == [True]
    assert len(found) == 1
    assert found.health_of(link(status={"state": "up"})).status is Status.CURRENT


def test_the_second_rule_for_a_kind_is_told() -> None:
    found, complaints = parse(LINK + "- {apiVersion: net.example.com/v2, kind: Link, current: 'false'}")
    assert [str(each) for each in complaints] == [
        "rule 2 (Link): there is a rule for this kind already, which stays in force"
    ]
    assert found.health_of(link(status={"state": "up"})).status is Status.CURRENT


@pytest.mark.parametrize("text", ["a: 1", "a: [", "text", "- a\n--- b\n", b"\xff", "- " + "[" * 50 + "]" * 50])
def test_what_is_no_list_is_told(text: str | bytes) -> None:
    found, complaints = parse(text)
    assert (len(found), len(complaints)) == (0, 1)


@pytest.mark.parametrize("text", ["", "---\n", "[]", "# nothing yet\n"])
def test_no_rules_are_fine(text: str) -> None:
    found, complaints = parse(text)
    assert (len(found), complaints) == (0, ())


def test_a_complaint_is_one_line() -> None:
    _, complaints = parse('- {apiVersion: a/v1, kind: "A\\nB", current: "a\\nb", "x\\ny": 1}')
    assert [str(each).count("\n") for each in complaints] == [0]


LOADED = """
import sys
from vidra.apply.health.custom_rules import parse

parse("[]")
assert "cel_expr_python.cel" not in sys.modules
parse("[{apiVersion: a/v1, kind: A, current: 'true'}]")
assert "cel_expr_python.cel" in sys.modules
"""
CHEAP = """
import sys
import vidra.apply.health

assert not {"yaml", "aiohttp", "asyncio", "cel_expr_python.cel"} & sys.modules.keys()
"""


def test_cel_is_loaded_with_the_first_rule_only() -> None:
    subprocess.run([sys.executable, "-c", LOADED], check=True)


def test_health_without_rules_is_cheap_to_import() -> None:
    subprocess.run([sys.executable, "-c", CHEAP], check=True)
