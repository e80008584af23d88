"""Any other kind: its conditions, by common conventions.

Crossplane's kinds are recognized by their conditions too, because users define them.
"""

from collections.abc import Mapping
from typing import Any

from vidra.api.health import Health
from vidra.apply.health.fields import Condition, conditions, number, value
from vidra.apply.health.results import current, failed, in_progress

_Found = dict[str, Condition]

_PAUSED = "ReconcilePaused"


def custom(source: Mapping[str, Any]) -> Health:
    """A kind without known rules; healthy unless a condition says otherwise."""
    found = conditions(source)
    if not found and value(source, "spec", "forProvider") is not None:
        return in_progress("its provider has not looked at it yet")
    return (
        _synced(found) or _package(found) or _defined(found) or _ready(found, number(source, "metadata", "generation"))
    )


def _synced(found: _Found) -> Health | None:
    """Crossplane's managed resources, composites and claims: the last attempt failed."""
    for kind in ("Synced", "LastAsyncOperation"):
        condition = found.get(kind)
        if condition and condition.false and condition.reason != _PAUSED:
            return failed(condition.words)
    return None


def _package(found: _Found) -> Health | None:
    """Crossplane's packages."""
    installed, healthy = found.get("Installed"), found.get("Healthy")
    if not installed or not (installed.true and healthy):
        return in_progress(installed.words) if installed else None
    if healthy.true:
        return current(healthy.message)
    return failed(healthy.words) if healthy.false else in_progress(healthy.words)


def _defined(found: _Found) -> Health | None:
    """Crossplane's definitions: established, and offered as a claim if they have one."""
    if "Established" not in found:
        return None
    missing = [found[kind] for kind in ("Established", "Offered") if kind in found and not found[kind].true]
    return in_progress(missing[0].words) if missing else current("established")


def _ready(found: _Found, generation: int | None) -> Health:
    ready = found.get("Ready")
    if ready is None:
        return current(_pause(found))
    if not ready.true:
        return in_progress(ready.words)
    if None not in {generation, ready.generation} and ready.generation != generation:
        return in_progress(f"ready as of generation {ready.generation}, but this is {generation}")
    return current(_pause(found) or ready.message)


def _pause(found: _Found) -> str:
    synced = found.get("Synced")
    return f"reconciliation is paused: {synced.words}" if synced and synced.reason == _PAUSED else ""
