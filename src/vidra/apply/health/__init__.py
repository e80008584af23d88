"""The health of an object, computed from the object alone: kstatus' five words, and the object's own message."""

from vidra.api.health import Health, Status
from vidra.apply.health.compute import health_of
from vidra.apply.health.registry import needs_body

__all__ = ["Health", "Status", "health_of", "needs_body"]
