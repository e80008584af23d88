"""What counts as the end of an object that ends by itself."""

from typing import Any

import pytest

from vidra.apply.ended_objects import end_of

TTL = {"ttlSecondsAfterFinished": 1}


def job(condition: str = "", spec: dict[str, Any] | None = None, **metadata: str) -> dict[str, Any]:
    conditions = [{"type": condition, "status": "True"}] if condition else []
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": metadata,
        "spec": spec or {},
        "status": {"conditions": conditions},
    }


def pod(phase: str, policy: str = "Never", reason: str = "") -> dict[str, Any]:
    status = {"phase": phase, "reason": reason}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {}, "spec": {"restartPolicy": policy}, "status": status}


def custom(spec: dict[str, Any], **status: Any) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Run", "metadata": {}, "spec": spec, "status": status}


@pytest.mark.parametrize(
    ("source", "end"),
    [
        (job(), ""),
        (job("Complete"), "Succeeded"),
        (job("Failed"), "Failed"),
        (job("Suspended"), ""),
        (job("SuccessCriteriaMet"), ""),
        (job("Complete", deletionTimestamp="2026-11-29T00:00:00Z"), ""),
        (pod("Running"), ""),
        (pod("Succeeded"), "Succeeded"),
        (pod("Failed", "OnFailure"), "Failed"),
        (pod("Failed", reason="Evicted"), ""),
        (pod("Succeeded", "Always"), ""),
        (custom(TTL, phase="Succeeded"), "Succeeded"),
        (custom({"ttlStrategy": {}}, phase="Error"), "Failed"),
        (custom({}, phase="Failed"), ""),
        (custom(TTL, phase="Running"), ""),
    ],
)
def test_an_end_is_told_by_the_objects_own_status(source: dict[str, Any], end: str) -> None:
    assert end_of(source) == end
