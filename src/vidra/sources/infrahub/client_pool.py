"""The clients of all Infrahubs in use: one for each address, with the newest credential for it."""

from __future__ import annotations

from vidra.sources.infrahub.client import Infrahub
from vidra.sources.infrahub.credential import Credential
from vidra.sources.infrahub.limits import DEFAULT_LIMITS, InfrahubLimits
from vidra.sources.infrahub.url import base_of
from vidra.telemetry.http_requests import RequestCounter


class InfrahubPool:
    """Hands out shared clients, so that all syncs share log-in and connections."""

    def __init__(self, limits: InfrahubLimits = DEFAULT_LIMITS, traffic: RequestCounter | None = None) -> None:
        self._limits = limits
        self.traffic = RequestCounter() if traffic is None else traffic
        """Requests to all of them."""
        self._clients: dict[str, Infrahub] = {}

    async def get(self, url: str, credential: Credential) -> Infrahub:
        """The client for an address and credential; one with another credential goes once its requests have ended.

        Raises:
            SourceError: The address is none, or the credential cannot be one.
        """
        base = base_of(url)
        old = self._clients.get(base)
        if old is not None and old.credential == credential:
            return old
        new = self._clients[base] = Infrahub(url, credential, self._limits, self.traffic)
        if old is not None:
            await old.retire()
        return new

    async def close(self) -> None:
        """Close every client."""
        clients, self._clients = self._clients, {}
        for client in clients.values():
            await client.close()
