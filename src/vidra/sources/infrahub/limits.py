"""How much, how long and how often Vidra asks an Infrahub."""

from __future__ import annotations

from vidra.sources.transport.limits import MIB, TransportLimits


class InfrahubLimits(TransportLimits, frozen=True):
    """Limits of one client. Times are in seconds."""

    refusal_memory: float = 30.0
    """How long a refused log-in is remembered, so that many syncs do not hammer, or lock, the account."""
    max_bytes: int = 8 * MIB
    """Of one artifact."""
    max_artifacts: int = 10_000
    """Of one sync. A list of more is taken for a mistake: none of it is read."""
    max_list_bytes: int = 64 * MIB
    """Of the answer to the stored query."""


DEFAULT_LIMITS = InfrahubLimits()
