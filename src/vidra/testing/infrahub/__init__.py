"""A stand-in Infrahub: real sockets, the answers of the real one, and a history that a test writes."""

from vidra.testing.infrahub.faults import Answered, Dropped, Endless, Fault, Slow, Truncated
from vidra.testing.infrahub.records import Recorded, Records
from vidra.testing.infrahub.standin import StandIn
from vidra.testing.infrahub.stored import StoredQuery

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
