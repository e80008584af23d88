"""The health of an object: one of five words, and a message."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import msgspec
from msgspec import Meta as Field


class Status(StrEnum):
    """The words of kstatus."""

    IN_PROGRESS = "InProgress"
    """On its way to what its spec says."""
    FAILED = "Failed"
    """It met an error, and will hardly get there without a change."""
    CURRENT = "Current"
    """It is what its spec says."""
    TERMINATING = "Terminating"
    """It is being deleted."""
    UNKNOWN = "Unknown"
    """It is not known."""


WORST_FIRST = (Status.FAILED, Status.TERMINATING, Status.IN_PROGRESS, Status.UNKNOWN, Status.CURRENT)


def worst(found: Iterable[Status]) -> Status | None:
    """The one that says most about all of them; None of nothing."""
    return min(found, key=WORST_FIRST.index, default=None)


class UnhealthyObject(msgspec.Struct, frozen=True, gc=False, rename="camel", omit_defaults=True):
    """An object that is applied and not healthy, in a status."""

    object: Annotated[str, Field(description="The object.")]
    health: Annotated[Status, Field(description="Failed, Terminating, InProgress or Unknown.")]
    message: Annotated[str, Field(description="What the object says of itself, or why it cannot be seen.")] = ""
    resource: Annotated[str, Field(description="In the status of a sync: the VidraResource that the object is of.")] = (
        ""
    )


class Health(msgspec.Struct, frozen=True, gc=False):
    """How an object is."""

    status: Status
    message: str = ""
    """One line, in the object's own words where it has any."""
    until: float = 0.0
    """Unix time after which the object counts as Current without a new event; 0: never."""
    unless_late: str = ""
    """A StorageClass: the object counts as Current if that binds claims only when a Pod wants them; empty: none."""


CURRENT = Health(Status.CURRENT)
"""Shared by all objects that have nothing else to say."""
