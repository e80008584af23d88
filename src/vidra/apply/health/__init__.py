"""How an object is, told from the object alone: kstatus' five words, and a message in the object's own."""

from vidra.api.health import Health, Status
from vidra.apply.health.compute import health_of
from vidra.apply.health.registry import needs_body

__all__ = ["Health", "Status", "health_of", "needs_body"]
