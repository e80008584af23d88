"""Verdicts that the statuses of both kinds share."""

from __future__ import annotations

from collections.abc import Iterable

from vidra.api.conditions import Condition, ConditionType, Verdict, find
from vidra.api.reasons import Reason
from vidra.common.text import command_line


def suspended(before: Iterable[Condition], name: str) -> Verdict:
    """Suspended. What was found last stays true of what was applied.

    Args:
        name: Of what is suspended; of a VidraResource that may be its sync.
    """
    ready = find(before, ConditionType.READY)
    return Verdict(
        ready=ready is not None and ready.status == "True",
        reason=Reason.SUSPENDED,
        message=f"suspended; resume it with: {command_line('vidra', 'resume', name)}",
    )


def internal_error() -> Verdict:
    """The reconcile ended in a fault of Vidra's own."""
    message = "a fault of Vidra: see the operator's log, and report it"
    return Verdict(ready=False, reason=Reason.INTERNAL_ERROR, message=message)
