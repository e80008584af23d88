"""One live cluster: its client, its kinds, and what Vidra has there."""

from __future__ import annotations

from vidra.clusters.breaker import Breaker
from vidra.clusters.owners import Owners
from vidra.kube.arrivals import DEFINITIONS, NAMESPACES, Arrivals
from vidra.kube.client import Client
from vidra.kube.connection import Connection
from vidra.kube.discovery import Discovery
from vidra.kube.lookouts import Lookouts
from vidra.kube.observed import Judge, Observed, Seen, is_drift


class Cluster:
    """Everything that belongs to one cluster and to no other."""

    def __init__(
        self, server: str, connection: Connection, owners: Owners, judge: Judge, *, own_namespace: str = ""
    ) -> None:
        self.server = server
        """As destinations name it; empty for the cluster that Vidra runs in."""
        self.own_namespace = own_namespace
        """Vidra's, in the cluster that it runs in; empty elsewhere."""
        self.connection = connection
        self.client = Client(connection)
        self.discovery = Discovery(self.client)
        self.observed = Observed(self.client, self._changed, judge)
        self.breaker = Breaker(self.client, self.observed.interrupted)
        self.definitions = Arrivals(self.client, DEFINITIONS, owners.wake, before=self.discovery.forget)
        """For owners that wait for a kind."""
        self.namespaces = Arrivals(self.client, NAMESPACES, owners.wake, before=lambda: None)
        """For owners that wait for a namespace."""
        self.lookouts = Lookouts(self.client, judge, owners.told)
        """For owners that wait for single objects."""
        self._owners = owners

    def leave(self, manager: str) -> None:
        """Stop watching for an owner."""
        self.observed.hold(manager, ())
        self.definitions.done(manager)
        self.namespaces.done(manager)
        self.lookouts.hold(manager, ())

    async def close(self) -> None:
        """Stop its watches and close its connections."""
        self.observed.close()
        self.definitions.close()
        self.namespaces.close()
        self.lookouts.close()
        await self.client.close()

    def _changed(self, old: Seen | None, new: Seen | None) -> None:
        """Wake every owner that held something of the object, or does now; for its health alone a glance will do."""
        call = self._owners.wake if is_drift(old, new) else self._owners.felt
        for manager in {name for state in (old, new) if state for name, _ in state.holders}:
            call(manager)
