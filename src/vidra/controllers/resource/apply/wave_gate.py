"""Holds back the objects of a wave until those of earlier waves are applied and healthy: pure.

Invariant: a wave waits for everything in earlier waves, even for what Vidra cannot apply.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from vidra.api.health import Status
from vidra.api.reasons import Reason
from vidra.api.resource import ObjectProblem
from vidra.apply.desired.object import DesiredObject
from vidra.common.text import limited_sentences
from vidra.controllers.resource.apply.desired_state import Missing
from vidra.controllers.resource.health.object import Standing
from vidra.controllers.resource.health.summary import gravest, named

NAMED = 3
"""An object that is not applied, as messages name it."""

StandingOf = Callable[[DesiredObject], Standing]
"""The health of an object, as last seen."""


def gate(
    wanted: Iterable[DesiredObject],
    missing: Iterable[Missing],
    refused: Sequence[ObjectProblem],
    wave: int,
    of: StandingOf,
) -> ObjectProblem | None:
    """Why the objects of a wave have to wait; None when they need not.

    Args:
        missing: Objects of the manifest that cannot be applied, each with its wave.
        refused: Objects that could not be applied just now; all belong to earlier waves.
    """
    absent = [*(item.problem for item in missing if item.wave < wave), *refused]
    if absent:
        names = limited_sentences([f"{problem.object or 'something'} ({problem.reason})" for problem in absent], NAMED)
        message = f"wave {wave} waits for what is not applied: {names}"
        return ObjectProblem(Reason.WAITING_FOR_HEALTH, message, absent[0].object)
    unwell = [
        (item.ref, found)
        for item in wanted
        if item.wave < wave and (found := of(item)).health.status is not Status.CURRENT
    ]
    if not unwell:
        return None
    return ObjectProblem(gravest(unwell), f"wave {wave} waits: {named(unwell)}", str(unwell[0][0]))
