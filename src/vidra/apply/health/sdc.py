"""Kinds of SDC (Schema Driven Configuration, of Kubenet): every condition about readiness counts."""

from collections.abc import Mapping
from typing import Any

from vidra.api.health import Health
from vidra.apply.health.fields import Condition, conditions, entries
from vidra.apply.health.results import current, failed, in_progress

_FATAL = ("fail", "unrecoverable", "error", "invalid")


def reconciled(source: Mapping[str, Any]) -> Health:
    """Config, ConfigSet and Target: InProgress until SDC has seen it."""
    found = conditions(source)
    wanted = [condition for kind, condition in found.items() if kind.endswith("Ready")]
    if not wanted:
        return in_progress("not seen by SDC yet")
    return _of(wanted)


def other(source: Mapping[str, Any]) -> Health:
    """Kinds that may have no condition."""
    return _of([condition for kind, condition in conditions(source).items() if kind.endswith("Ready")])


def deviation(source: Mapping[str, Any]) -> Health:
    """A report about a device; that it reports something is not a failure."""
    told = len(entries(source, "spec", "deviations"))
    return current(f"{told} deviations" if told else "")


def _of(wanted: list[Condition]) -> Health:
    missing = [condition for condition in wanted if not condition.true]
    for condition in missing:
        if condition.false and any(word in condition.reason.lower() for word in _FATAL):
            return failed(f"{condition.type}: {condition.words}")
    if missing:
        return in_progress(f"{missing[0].type}: {missing[0].words}")
    return current(next((condition.message for condition in wanted if condition.message), ""))
