"""How much, how long and how often Vidra asks an Infrahub."""

from __future__ import annotations

import msgspec

MIB = 1024 * 1024


class InfrahubLimits(msgspec.Struct, frozen=True):
    """Limits of one client. Times are in seconds."""

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
    refusal_memory: float = 30.0
    """How long a refused log-in is remembered, so that many syncs do not hammer, or lock, the account."""
    max_bytes: int = 8 * MIB
    """Of one artifact."""
    max_artifacts: int = 10_000
    """Of one sync. A list of more is taken for a mistake: none of it is read."""
    max_list_bytes: int = 64 * MIB
    """Of the answer to the stored query."""


DEFAULT_LIMITS = InfrahubLimits()
