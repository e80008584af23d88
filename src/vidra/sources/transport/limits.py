"""How much, how long and how often a server is asked."""

from __future__ import annotations

import msgspec

MIB = 1024 * 1024


class TransportLimits(msgspec.Struct, frozen=True):
    """Limits of the connections to one server. Times are in seconds."""

    concurrency: int = 16
    """Requests in flight; the others wait, and their time-out has not begun."""
    connect_timeout: float = 3.0
    timeout: float = 30.0
    """For one whole request. The first answer after a start of Infrahub takes up to 5 s."""
    attempts: int = 3
    """How often a request is sent when what goes wrong may pass."""
    backoff: float = 0.5
    """The longest wait before the second attempt; doubled for each that follows. The wait is random below that."""
    longest_wait: float = 10.0
    """A `Retry-After` above this is left to whoever asks again later."""
