"""Deployment, StatefulSet, DaemonSet, ReplicaSet and ReplicationController: replicas, counted as kstatus counts them.

The numbers are checked in the order of a rollout, so that the message names the current step.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from vidra.api.health import Health
from vidra.apply.health.fields import Condition, conditions, count, number, text
from vidra.apply.health.results import current, failed, in_progress

_NO_DEADLINE = 2**31 - 1
"""The Deployment controller's value for "none"."""
_DEADLINE_OVER = "ProgressDeadlineExceeded"


def deployment(source: Mapping[str, Any]) -> Health:
    """A rollout is complete when the new replicas are available, the old ones deleted, and the controller says so."""
    found = conditions(source)
    progressing = found.get("Progressing")
    if progressing and progressing.reason == _DEADLINE_OVER:
        return failed(progressing.words)
    wanted, there = _wanted(source), count(source, "status", "replicas")
    updated, ready = count(source, "status", "updatedReplicas"), count(source, "status", "readyReplicas")
    available = count(source, "status", "availableReplicas")
    missing = _first_missing(
        (("replicas", there, wanted), ("updated", updated, wanted)), there - wanted, found.get("ReplicaFailure")
    ) or _first_missing((("available", available, updated), ("ready", ready, wanted)), 0, found.get("ReplicaFailure"))
    return missing or _rolled_out(source, found, there)


def _rolled_out(source: Mapping[str, Any], found: dict[str, Condition], there: int) -> Health:
    progressing, available = found.get("Progressing"), found.get("Available")
    done = progressing and progressing.true and progressing.reason == "NewReplicaSetAvailable"
    deadline = number(source, "spec", "progressDeadlineSeconds")
    if not done and deadline not in {None, _NO_DEADLINE}:  # without a deadline nobody writes the condition
        return in_progress(progressing.words if progressing else "the new ReplicaSet is not available yet")
    if available is None or not available.true:
        return in_progress(available.words if available else "not available yet")
    return current(f"{there} replicas available")


def replica_set(source: Mapping[str, Any]) -> Health:
    """All replicas carry the labels and are available, and none is left over."""
    failure = conditions(source).get("ReplicaFailure")
    if failure and failure.true:
        return in_progress(failure.words)
    wanted, there = _wanted(source), count(source, "status", "replicas")
    steps = tuple(
        (name, count(source, "status", f"{field}Replicas"), wanted)
        for name, field in (("labelled", "fullyLabeled"), ("available", "available"), ("ready", "ready"))
    )
    return _first_missing(steps, there - wanted, None) or current(f"{there} replicas available")


def stateful_set(source: Mapping[str, Any]) -> Health:
    """All replicas are ready and of the new revision, as far as the partition allows."""
    if text(source, "spec", "updateStrategy", "type") == "OnDelete":
        return current("Pods are updated when somebody deletes them (OnDelete)")
    wanted, there = _wanted(source), count(source, "status", "replicas")
    ready, updated = count(source, "status", "readyReplicas"), count(source, "status", "updatedReplicas")
    missing = _first_missing((("replicas", there, wanted), ("ready", ready, wanted)), there - wanted, None)
    if missing:
        return missing
    partition = number(source, "spec", "updateStrategy", "rollingUpdate", "partition")
    if partition is not None:
        missing = _first_missing((("updated", updated, wanted - partition),), 0, None)
        return missing or current(f"{there} replicas ready, {updated} of the new revision (partition {partition})")
    missing = _first_missing((("current", count(source, "status", "currentReplicas"), wanted),), 0, None)
    if missing:
        return missing
    if text(source, "status", "currentRevision") != text(source, "status", "updateRevision"):
        return in_progress(f"updated: {updated}/{wanted}")
    return current(f"{there} replicas ready")


def daemon_set(source: Mapping[str, Any]) -> Health:
    """Every node that should have a Pod has a new, available one."""
    wanted = number(source, "status", "desiredNumberScheduled")
    seen = number(source, "status", "observedGeneration") is not None
    if not seen or wanted is None or number(source, "metadata", "generation") is None:
        return in_progress("not seen by its controller yet")
    steps = tuple(
        (name, count(source, "status", field), wanted)
        for name, field in (
            ("scheduled", "currentNumberScheduled"),
            ("updated", "updatedNumberScheduled"),
            ("available", "numberAvailable"),
            ("ready", "numberReady"),
        )
    )
    return _first_missing(steps, 0, None) or current(f"{wanted} Pods available")


def _wanted(source: Mapping[str, Any]) -> int:
    wanted = number(source, "spec", "replicas")
    return 1 if wanted is None else wanted


def _first_missing(steps: Iterable[tuple[str, int, int]], surplus: int, failure: Condition | None) -> Health | None:
    """What is missing.

    Args:
        steps: Name, number and wanted number, in the order of a rollout.
        surplus: Replicas that are to be deleted.
        failure: Why none can be created, in the controller's words.
    """
    why = f": {failure.words}" if failure and failure.true else ""
    for name, number_there, wanted in steps:
        if number_there < wanted:
            return in_progress(f"{name}: {number_there}/{wanted}{why}")
    return in_progress(f"{surplus} replicas still to go") if surplus > 0 else None
