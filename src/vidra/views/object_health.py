"""How the objects of a VidraResource are, as its status says: pure.

Invariant: what the status does not say to be healthy is not shown as healthy.
"""

from __future__ import annotations

from vidra.api.health import Status, UnhealthyObject
from vidra.api.resource import ResourceStatus


class ObjectHealth:
    """The health of single objects in one status."""

    def __init__(self, status: ResourceStatus) -> None:
        self._unhealthy = {item.object: item for item in status.unhealthy}
        counted = status.healthy_objects + status.unhealthy_objects == len(status.managed_resources)
        listed = counted and status.unhealthy_objects == len(status.unhealthy)
        # An operator from before the counts says it in one word for all.
        self._others_healthy = listed or status.health is Status.CURRENT

    def of(self, ref: str) -> UnhealthyObject | None:
        """What is said of an object; None: it is healthy.

        Args:
            ref: Which it is, in words.
        """
        if found := self._unhealthy.get(ref):
            return found
        return None if self._others_healthy else UnhealthyObject(ref, Status.UNKNOWN, "its status does not say")
