"""Conditions as kstatus and `kubectl wait` read them: Ready, Reconciling, Stalled, Drifted.

Ready is always there. The others are abnormal-true: present and True, or absent
(https://github.com/kubernetes-sigs/cli-utils/tree/master/pkg/kstatus#the-ready-condition).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta as Field

from vidra.api.quoting import one_line
from vidra.api.reasons import RETRIED, TERMINAL, Reason
from vidra.api.times import rfc3339
from vidra.api.validation import DATE_TIME

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

MESSAGE_LIMIT = 8_000
"""Characters; the API convention allows 32,768, but a status with many owners' messages must stay readable."""


class ConditionType(StrEnum):
    """The types of condition that Vidra writes."""

    READY = "Ready"
    RECONCILING = "Reconciling"
    STALLED = "Stalled"
    DRIFTED = "Drifted"


class Condition(msgspec.Struct, frozen=True, rename="camel"):
    """A condition, as metav1.Condition."""

    type: Annotated[str, Field(description="Ready, Reconciling, Stalled or Drifted.")]
    status: Annotated[Literal["True", "False", "Unknown"], Field(description="True, False or Unknown.")]
    reason: Annotated[str, Field(description="Machine-readable reason (docs/spec/conditions.md).")]
    message: Annotated[str, Field(description="Human-readable: why, and what to do.")] = ""
    last_transition_time: Annotated[
        str, Field(description="When the status changed last (RFC 3339).", extra_json_schema=DATE_TIME)
    ] = ""
    observed_generation: Annotated[int, Field(description="Generation of the spec that the condition is about.")] = 0


class Verdict(msgspec.Struct, frozen=True):
    """The conclusion of a reconcile; the conditions follow from it."""

    ready: bool
    reason: Reason
    message: str
    progressing: bool = False
    """Work is running that will change the verdict without a person's help."""
    retried: bool = False
    """It has failed, and what is tried again by itself may change that; so it is with the reasons in `RETRIED`."""
    drift: str = ""
    """What differs from what was applied, and stays so; empty when nothing does."""

    @property
    def stalled(self) -> bool:
        """Whether only a changed input can help."""
        return not self.ready and not self.progressing and self.reason in TERMINAL

    @property
    def retrying(self) -> bool:
        """Whether a failure is tried again and may end by itself."""
        return not self.ready and not self.progressing and (self.retried or self.reason in RETRIED)


def conditions_for(
    verdict: Verdict, previous: Iterable[Condition], generation: int, now: datetime
) -> tuple[Condition, ...]:
    """The conditions that say the verdict; an unchanged status keeps its transition time."""
    before = {condition.type: condition for condition in previous}

    def condition(
        kind: ConditionType, status: Literal["True", "False", "Unknown"], reason: Reason, message: str
    ) -> Condition:
        old = before.get(kind)
        since = old.last_transition_time if old and old.status == status else rfc3339(now)
        return Condition(kind, status, reason, one_line(message, MESSAGE_LIMIT), since, generation)

    found = [condition(ConditionType.READY, _ready(verdict), verdict.reason, verdict.message)]
    if verdict.progressing:
        found.append(condition(ConditionType.RECONCILING, "True", verdict.reason, verdict.message))
    if verdict.retrying:
        found.append(condition(ConditionType.RECONCILING, "True", Reason.RETRYING, verdict.message))
    if verdict.stalled:
        found.append(condition(ConditionType.STALLED, "True", verdict.reason, verdict.message))
    if verdict.drift:
        found.append(condition(ConditionType.DRIFTED, "True", Reason.DRIFTED, verdict.drift))
    return tuple(found)


def find(conditions: Iterable[Condition], kind: ConditionType) -> Condition | None:
    """The condition of this type, if there is one."""
    return next((condition for condition in conditions if condition.type == kind), None)


def under_way(conditions: Iterable[Condition]) -> bool:
    """Whether work is running; what has failed and is tried again later is not."""
    found = find(conditions, ConditionType.RECONCILING)
    return found is not None and found.reason != Reason.RETRYING


def retrying(conditions: Iterable[Condition]) -> bool:
    """Whether it has failed, and is tried again by itself."""
    found = find(conditions, ConditionType.RECONCILING)
    return found is not None and found.reason == Reason.RETRYING


def is_ready(conditions: Iterable[Condition], generation: int) -> bool:
    """Whether Ready is True for this generation of the spec."""
    ready = find(conditions, ConditionType.READY)
    return ready is not None and ready.status == "True" and ready.observed_generation >= generation


def _ready(verdict: Verdict) -> Literal["True", "False", "Unknown"]:
    if verdict.ready:
        return "True"
    return "Unknown" if verdict.reason is Reason.PROGRESSING else "False"
