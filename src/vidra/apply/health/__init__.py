"""How an object is, told from the object alone: kstatus' five words, and a message in the object's own."""

from vidra.api.health import Health, Status
from vidra.apply.health.kinds import needs_body
from vidra.apply.health.whole import health_of

__all__ = ["Health", "Status", "health_of", "needs_body"]
