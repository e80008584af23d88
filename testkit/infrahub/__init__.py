"""A stand-in Infrahub: real sockets, the answers of the real one, and a history that a test writes."""

from testkit.infrahub.fake_server import StandIn
from testkit.infrahub.faults import Answered, Dropped, Endless, Fault, Slow, Truncated
from testkit.infrahub.history import Object
from testkit.infrahub.records import Recorded, Records
from testkit.infrahub.release import RELEASES, V1_4, V1_11, Release
from testkit.infrahub.stored import StoredQuery

__all__ = [
    "RELEASES",
    "V1_4",
    "V1_11",
    "Answered",
    "Dropped",
    "Endless",
    "Fault",
    "Object",
    "Recorded",
    "Records",
    "Release",
    "Slow",
    "StandIn",
    "StoredQuery",
    "Truncated",
]
