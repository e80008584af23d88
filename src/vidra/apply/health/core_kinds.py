"""The other kinds of Kubernetes that have a health: jobs, claims, volumes, services, CRDs and so on."""

from collections.abc import Mapping
from typing import Any

from vidra.api.health import Health, Status
from vidra.apply.health.fields import conditions, count, flag, mapping, number, text, value
from vidra.apply.health.results import current, failed, in_progress, one_line, terminating

_NODE = "volume.kubernetes.io/selected-node"
"""Set on a claim when its first Pod exists: the scheduler chose a node for it."""


def job(source: Mapping[str, Any]) -> Health:
    """A Job is healthy when it is complete: who depends on a migration waits until it is done.

    kstatus calls it current as soon as it runs; a rule of the user's can say so again (docs/spec/health.md).
    """
    found = conditions(source)
    done, wanted = count(source, "status", "succeeded"), _completions(source)
    if (failure := found.get("Failed")) and failure.true:
        return failed(failure.words)
    if (complete := found.get("Complete")) and complete.true:
        return current(f"completed: {done}/{wanted}")
    # Its status has no generation: only the spec says that a suspension is over.
    if (suspended := found.get("Suspended")) and suspended.true and flag(source, "spec", "suspend") is not False:
        return current("suspended")
    if not text(source, "status", "startTime"):
        return in_progress("not started yet")
    active, unlucky = count(source, "status", "active"), count(source, "status", "failed")
    return in_progress(f"running: {done}/{wanted} succeeded, {active} active, {unlucky} failed")


def _completions(source: Mapping[str, Any]) -> int:
    given = (number(source, "spec", "completions"), number(source, "spec", "parallelism"))
    return next((each for each in given if each is not None), 1)


def claim(source: Mapping[str, Any]) -> Health:
    """A claim is bound, or in progress. Only its StorageClass says whether it waits for a Pod."""
    phase = text(source, "status", "phase")
    if phase == "Bound":
        return current("bound")
    name = text(source, "spec", "storageClassName")
    chosen = text(source, "spec", "volumeName") or mapping(source, "metadata", "annotations").get(_NODE)
    late = name if phase in {"", "Pending"} and not chosen else ""
    return Health(Status.IN_PROGRESS, one_line(f"not bound, phase {phase or 'not set'}"), unless_late=late)


def volume(source: Mapping[str, Any]) -> Health:
    """A volume may be free, bound or released; only Pending and Failed are not healthy."""
    phase, words = text(source, "status", "phase"), text(source, "status", "message")
    if phase == "Failed":
        return failed(words or "phase Failed")
    return in_progress(words or "not available yet") if phase == "Pending" else current(phase.lower())


def service(source: Mapping[str, Any]) -> Health:
    """A load balancer needs its cluster IP; the external address comes from a provider, if there is one."""
    if text(source, "spec", "type") != "LoadBalancer":
        return current()
    if not text(source, "spec", "clusterIP"):
        return in_progress("no cluster IP yet")
    outside = value(source, "status", "loadBalancer", "ingress")
    return current("" if outside else "no address from a load balancer")


def namespace(source: Mapping[str, Any]) -> Health:
    """A namespace exists, or is being deleted."""
    if text(source, "status", "phase") == "Terminating":
        return terminating("being deleted")
    return current()


def autoscaler(source: Mapping[str, Any]) -> Health:
    """It scales, by its conditions; one whose target was scaled to zero by a person rests."""
    found = conditions(source)
    if not found and number(source, "status", "observedGeneration") is None:  # v1 has no conditions
        return in_progress("not seen by its controller yet")
    for kind in ("AbleToScale", "ScalingActive"):
        condition = found.get(kind)
        if condition and condition.false and condition.reason != "ScalingDisabled":
            return in_progress(condition.words)
    return current()


def disruption_budget(source: Mapping[str, Any]) -> Health:
    """It is healthy as soon as its controller has counted its Pods."""
    seen = number(source, "status", "observedGeneration")
    return in_progress("not seen by its controller yet") if seen is None else current()


def definition(source: Mapping[str, Any]) -> Health:
    """A CRD is established, or its names are taken."""
    found = conditions(source)
    names, established = found.get("NamesAccepted"), found.get("Established")
    if names and names.false:
        return failed(names.words)
    if established and established.true:
        return current("established")
    if established and established.false and established.reason != "Installing":
        return failed(established.words)
    return in_progress(established.words if established else "not established yet")


def api_service(source: Mapping[str, Any]) -> Health:
    """An aggregated API answers, or may come back at any time."""
    available = conditions(source).get("Available")
    if available and available.true:
        return current("available")
    return in_progress(available.words if available else "not seen by its controller yet")
