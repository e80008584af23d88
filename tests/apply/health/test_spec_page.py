"""The page on health keeps up with the rules."""

import re
from pathlib import Path
from typing import Any

import pytest

from vidra.apply.health.custom_rules import Rule, parse
from vidra.apply.health.registry import _BY_METADATA, _JUDGES, needs_body

PAGE = (Path(__file__).parents[3] / "docs" / "spec" / "health.md").read_text(encoding="utf-8")


def test_every_kind_with_a_rule_is_named() -> None:
    assert [kind for _, kind in _JUDGES if not re.search(rf"\b{kind}\b", PAGE)] == []


EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)


def test_the_examples_can_be_used() -> None:
    assert [parse(text)[1] for text in EXAMPLES] == [()] * 2


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"active": 1, "startTime": "2026-01-01T00:00:00Z"}, "Current"),
        ({"startTime": "2026-01-01T00:00:00Z", "conditions": [{"type": "Failed", "status": "True"}]}, "Failed"),
        ({}, "InProgress"),
    ],
)
def test_the_rule_for_a_job_that_never_ends_gives_kstatus_reading(told: dict[str, Any], status: str) -> None:
    (rule,) = (text for text in EXAMPLES if "kind: Job" in text)
    job = {"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "a"}, "spec": {}, "status": told}
    assert parse(rule)[0].health_of(job).status == status


def test_every_field_of_a_rule_is_described() -> None:
    assert [field for field in Rule.__struct_encode_fields__ if f"`{field}`" not in PAGE] == []


def test_a_kind_judged_by_its_metadata_is_not_one_with_a_rule_on_its_status() -> None:
    assert _BY_METADATA & _JUDGES.keys() == {("", "Namespace")}
    assert not needs_body("v1", "Secret")
    assert needs_body("apps/v1", "Deployment")
    assert needs_body("example.com/v1", "Secret")
