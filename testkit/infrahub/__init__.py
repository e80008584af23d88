"""A stand-in Infrahub: real sockets, the answers of the real one, and a history that a test writes."""

from testkit.infrahub.fake_server import StandIn
from testkit.infrahub.faults import Answered, Dropped, Endless, Fault, Slow, Truncated
from testkit.infrahub.records import Recorded, Records
from testkit.infrahub.stored import StoredQuery

__all__ = [
    "Answered",
    "Dropped",
    "Endless",
    "Fault",
    "Recorded",
    "Records",
    "Slow",
    "StandIn",
    "StoredQuery",
    "Truncated",
]
