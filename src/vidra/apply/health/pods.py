"""A Pod: its phase, and what its containers wait for."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from vidra.api.health import Health
from vidra.apply.health.fields import conditions, entries, text
from vidra.apply.health.results import current, failed, in_progress, unknown

SCHEDULING = timedelta(seconds=15)
"""Seconds for the scheduler before "no node fits" counts as a failure; as in kstatus."""
_CRASHING = "CrashLoopBackOff"


def pod(source: Mapping[str, Any]) -> Health:
    """A Pod that ended is Current, with any result: it will not change any more."""
    phase = text(source, "status", "phase")
    match phase:
        case "Running":
            return _running(source)
        case "Pending":
            return _pending(source)
        case "Succeeded":
            return current("completed")
        case "Failed":
            return current(f"completed, but not successfully{_after(_why(source))}")
        case "":
            return in_progress("not seen by its controllers yet")
    return unknown(f"phase {phase}{_after(_why(source))}")


def _running(source: Mapping[str, Any]) -> Health:
    ready = conditions(source).get("Ready")
    if ready and ready.true:
        return current("ready")
    crashing = [(name, words) for name, reason, words in _waiting(source) if reason == _CRASHING]
    if crashing:
        return failed(", ".join(f"container {name}: {words}" for name, words in crashing))
    return in_progress(_waits(source) or (ready.words if ready else "running, but not ready"))


def _pending(source: Mapping[str, Any]) -> Health:
    scheduled = conditions(source).get("PodScheduled")
    if scheduled and scheduled.false and scheduled.reason == "Unschedulable":
        return (in_progress if _young(source) else failed)(scheduled.words)
    return in_progress(_waits(source) or "pending")


def _young(source: Mapping[str, Any]) -> bool:
    try:
        made = datetime.fromisoformat(text(source, "metadata", "creationTimestamp"))
    except ValueError:
        return False
    return made.tzinfo is not None and datetime.now(UTC) - made < SCHEDULING


def _waits(source: Mapping[str, Any]) -> str:
    return ", ".join(f"container {name}: {words}" for name, _, words in _waiting(source))


def _waiting(source: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Name, reason and message of each container that waits."""
    found = []
    for field in ("initContainerStatuses", "containerStatuses"):
        for container in entries(source, "status", field):
            reason, message = (text(container, "state", "waiting", key) for key in ("reason", "message"))
            if reason:
                found.append((text(container, "name"), reason, f"{reason}{_after(message)}"))
    return found


def _why(source: Mapping[str, Any]) -> str:
    return text(source, "status", "message") or text(source, "status", "reason")


def _after(words: str) -> str:
    return f": {words}" if words else ""
