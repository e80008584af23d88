"""What a status says of the health of a VidraResource's objects: a word, counts, and the worst objects by name."""

from __future__ import annotations

import msgspec

from vidra.api.health import Status, UnhealthyObject

LISTED = 20
"""Unhealthy objects that a status lists; `unhealthyObjects` counts them all."""
LONGEST = 300
"""Characters of a listed object's message."""


class HealthReport(msgspec.Struct, frozen=True):
    """The health of all objects of one VidraResource, as its status says it."""

    status: Status | None = None
    """The worst of the objects, Unknown when they are not seen now; None when there are none."""
    healthy: int = 0
    unhealthy: int = 0
    listed: tuple[UnhealthyObject, ...] = ()
    """Some of the unhealthy, the worst first."""


NOT_SEEN = HealthReport(Status.UNKNOWN)
"""Nothing is known of any object."""
APPLYING = HealthReport(Status.IN_PROGRESS)
"""Objects are about to be applied; nothing else is said of them before."""
TERMINATING = HealthReport(Status.TERMINATING)
"""The objects are being deleted."""
