"""Every kind in every state, as people meet them; a trap that somebody fell into gets a row."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml

from vidra.apply.health import health_of, needs_body
from vidra.kube.partial_metadata import ObjectForHealth

CASES = Path(__file__).parent / "cases"
BODY = msgspec.json.Decoder(ObjectForHealth)


def cases() -> Iterator[Any]:
    for file in sorted(CASES.glob("*.yaml")):
        for group in yaml.safe_load(file.read_text(encoding="utf-8")):
            for case in group["cases"]:
                name = f"{group['kind']}.{group['apiVersion']} {case['when']}"
                yield pytest.param(group["apiVersion"], group["kind"], case, id=name)


@pytest.mark.parametrize(("api_version", "kind", "case"), list(cases()))
def test_the_status_is_what_people_expect(api_version: str, kind: str, case: dict[str, Any]) -> None:
    told = {key: value for key, value in case.items() if key in {"metadata", "spec", "status"}}
    health = health_of({"apiVersion": api_version, "kind": kind, **told})
    assert (health.status.value, health.message) == (case["is"], health.message)
    assert case.get("says", "") in health.message

    decoded = BODY.decode(msgspec.json.encode({"kind": kind, **told}))
    assert health_of(decoded.source(api_version, kind)) == health

    if not needs_body(api_version, kind) and "status" not in case:
        alone = BODY.decode(msgspec.json.encode({"metadata": told.get("metadata", {})}))
        assert health_of(alone.source(api_version, kind)) == health


def test_the_table_is_no_small_one() -> None:
    found = [case for parameters in cases() for case in [parameters.values]]
    assert len(found) >= 130
    assert {case["is"] for _, _, case in found} == {"Current", "InProgress", "Failed", "Terminating", "Unknown"}
