"""Holds the objects of a wave back until those of the waves before it are applied and well: pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from vidra.api.health import Health, Status
from vidra.api.reasons import Reason
from vidra.api.resource import ObjectProblem
from vidra.apply.desired import Desired

NAMED = 3
"""Objects that a message names."""

HealthOf = Callable[[Desired], Health]
"""How an object is, as last seen."""


def gate(wanted: Iterable[Desired], wave: int, health: HealthOf) -> ObjectProblem | None:
    """Why the objects of a wave have to wait; None when they need not."""
    unwell = [(item, found) for item in wanted if item.wave < wave and (found := health(item)).status != Status.CURRENT]
    if not unwell:
        return None
    named = "; ".join(f"{item.ref} is {_how(found)}" for item, found in unwell[:NAMED])
    more = f"; and {len(unwell) - NAMED} more" if len(unwell) > NAMED else ""
    return ObjectProblem(Reason.WAITING_FOR_HEALTH, f"wave {wave} waits: {named}{more}", str(unwell[0][0].ref))


def _how(health: Health) -> str:
    return f"{health.status} ({health.message})" if health.message else str(health.status)
