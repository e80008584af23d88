"""Computes the health of one object: first what holds for all kinds, then the rule of its kind."""

from collections.abc import Mapping
from typing import Any

from vidra.api.health import Health, Status
from vidra.apply.health.fields import conditions, number, text, value
from vidra.apply.health.generic import custom
from vidra.apply.health.observed import unlooked
from vidra.apply.health.registry import UNOBSERVED, group_of, judge
from vidra.apply.health.results import failed, in_progress, terminating, unknown


def health_of(source: Mapping[str, Any], *, has_status: bool = False) -> Health:
    """The health of an object; raises nothing, whatever it contains.

    The words mean what they mean in kstatus (sigs.k8s.io/cli-utils), except where docs/spec/health.md says otherwise.

    Args:
        has_status: Its kind has a status subresource, as far as is known.
    """
    kind, api_version = text(source, "kind"), text(source, "apiVersion")
    if not kind or not api_version:
        return unknown("this is no object: it has no apiVersion or no kind")
    group = group_of(api_version)
    if found := _in_general(source, group, kind):
        return found
    rule = judge(group, kind)
    found = rule(source)
    if has_status and rule is custom and found.status is Status.CURRENT:
        return unlooked(source, group) or found
    return found


def _in_general(source: Mapping[str, Any], group: str, kind: str) -> Health | None:
    """What holds for any kind: it is being deleted, was not seen yet, or says that it works or is stuck."""
    return terminating_health(source) or unseen(source, group, kind) or _stated(source)


def terminating_health(source: Mapping[str, Any]) -> Health | None:
    """Whether it is being deleted."""
    if not text(source, "metadata", "deletionTimestamp"):
        return None
    found = value(source, "metadata", "finalizers")
    names = [name for name in found if isinstance(name, str)] if isinstance(found, list | tuple) else []
    return terminating(f"being deleted, waits for {', '.join(names)}" if names else "being deleted")


def unseen(source: Mapping[str, Any], group: str, kind: str) -> Health | None:
    """Whether its controller has not seen the newest spec yet; None when it has, or does not say."""
    generation, seen = number(source, "metadata", "generation"), number(source, "status", "observedGeneration")
    if generation is None or seen is None or generation == seen or (group, kind) in UNOBSERVED:
        return None
    return in_progress(f"generation {generation} is not seen by its controller yet, the last was {seen}")


def _stated(source: Mapping[str, Any]) -> Health | None:
    """The two conditions that kstatus recommends to controllers."""
    for condition in conditions(source).values():
        if condition.true and condition.type == "Reconciling":
            return in_progress(condition.words)
        if condition.true and condition.type == "Stalled":
            return failed(condition.words)
    return None
