"""All clusters in use: the one that Vidra runs in, and those whose kubeconfig is in a Secret."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import msgspec

from vidra.api.destination_server import is_local
from vidra.api.reasons import Reason
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.clusters.event_handler import ClusterEventHandler
from vidra.clusters.impersonation import Impersonation
from vidra.clusters.own_cluster import Home
from vidra.clusters.secret_index import SecretIndex, concerns, connection_to
from vidra.common.urls import same_server
from vidra.kube.client import Client
from vidra.kube.connection import Connection, NotConfiguredError
from vidra.kube.object_snapshot import HealthEvaluator
from vidra.kube.store import Store
from vidra.kube.types import Secret
from vidra.telemetry.http_requests import RequestCounter


class ClusterRef(msgspec.Struct, frozen=True):
    """How a destination names a cluster: its server, and a context if the server alone is ambiguous."""

    server: str
    context: str = ""


LOCAL = ClusterRef("")


class Clusters:
    """Destinations, each with one live cluster per identity. Identities of one destination share its connections.

    Args:
        own_namespaces: Vidra's own, followed by those from whose Secrets it takes credentials.
    """

    def __init__(
        self,
        local: Connection,
        own_namespaces: tuple[str, ...],
        secrets: Store[Secret],
        owners: ClusterEventHandler,
        judge: HealthEvaluator,
    ) -> None:
        own_namespace, *others = own_namespaces
        self.home = Home(own_namespace, tuple(others))
        """The manager sets its UID at the start."""
        self.catalogue = SecretIndex(secrets, own_namespace)
        """What the Secrets lead to."""
        self._owners = owners
        self._judge = judge
        self.traffic = RequestCounter()
        """Counts the requests to all of them."""
        self._clients: dict[ClusterRef, Client] = {LOCAL: self._client(local)}
        self._clusters: dict[tuple[ClusterRef, Impersonation | None], Cluster] = {}
        self._closing: set[asyncio.Task[None]] = set()
        self.local = self._cluster(LOCAL, None)
        secrets.listen(self._refresh)

    def get(self, server: str | None, context: str = "", identity: Impersonation | None = None) -> Cluster:
        """The live cluster of a destination.

        Raises:
            ClusterError: There is none; the message says why.
        """
        way = LOCAL if is_local(server) else ClusterRef(server or "", context)
        if way == LOCAL and context:
            raise ClusterError(Reason.INVALID_SPEC, "spec.destination.context needs a server that has a kubeconfig")
        if way not in self._clients:
            self._clients[way] = self._opened(way)
        return self._cluster(way, identity)

    def servers(self) -> set[str]:
        """The URLs of all API servers that are known: that of the cluster that Vidra runs in, and those in Secrets."""
        return {self.local.client.connection.server, *self.catalogue.servers()}

    def lead_to_one(self, one: tuple[str, str], other: tuple[str, str]) -> bool:
        """Whether two destinations (server and context) lead to one API server for certain; sends no request.

        Invariant: what is true for one address is taken as true for another only if both servers must show, on every
        connection, a certificate of the same authority for the same name. The UID of kube-system proves nothing here:
        whoever runs an API server chooses what it says.
        """
        return self._is_same(ClusterRef(*one), ClusterRef(*other))

    def doubles(self, server: str, context: str = "") -> tuple[str, ...]:
        """Other servers in use that say that they are the same cluster as this one, and do not prove it."""
        way = LOCAL if is_local(server) else ClusterRef(server, context)
        uids = {self._uid(cluster) for (key, _), cluster in self._clusters.items() if key == way} - {""}
        found = (key for (key, _), cluster in self._clusters.items() if self._uid(cluster) in uids and key != way)
        others = {key for key in found if not same_server(key.server, server) and not self._is_same(key, way)}
        return tuple(sorted(key.server or self._clients[LOCAL].connection.server for key in others))

    def leave(self, manager: str) -> None:
        """Drop the subscriptions of an owner that was deleted."""
        for cluster in self:
            cluster.leave(manager)

    def reevaluate_health(self) -> None:
        """Compute all health again: the health rules changed."""
        for cluster in self:
            cluster.observed.judge_again()

    def break_off(self) -> None:
        """Cancel every running request as unanswered."""
        for client in self._clients.values():
            client.break_off()

    async def close(self) -> None:
        """Close all of them."""
        for cluster in self:
            cluster.close()
        for client in self._clients.values():
            await client.close()
        await asyncio.gather(*self._closing)

    def __iter__(self) -> Iterator[Cluster]:
        return iter(list(self._clusters.values()))

    def __len__(self) -> int:
        """Clusters in use; each identity counts."""
        return len(self._clusters)

    def _cluster(self, way: ClusterRef, identity: Impersonation | None) -> Cluster:
        found = self._clusters.get((way, identity))
        if found is None:
            plain = self._clients[way].acting_as(())
            client = self._clients[way].acting_as(identity.headers) if identity else plain
            found = self._clusters[way, identity] = Cluster(
                way.server, client, self._owners, self._judge, plain=plain, home=self.home
            )
        return found

    def _client(self, connection: Connection) -> Client:
        """The client of a server."""
        return Client(connection, traffic=self.traffic)

    def _is_same(self, one: ClusterRef, other: ClusterRef) -> bool:
        first, second = self._connection(one), self._connection(other)
        return first is not None and second is not None and first.proof is not None and first.proof == second.proof

    def _uid(self, cluster: Cluster) -> str:
        return cluster.uid if cluster.server else self.home.uid

    def _connection(self, way: ClusterRef) -> Connection | None:
        """The connection of a destination, as it is or would be opened; None when there is none."""
        if way in self._clients:
            return self._clients[way].connection
        try:
            return connection_to(self.catalogue.candidates(way.server), way.server, way.context)
        except ClusterError:
            return None

    def _opened(self, way: ClusterRef) -> Client:
        try:
            return self._client(connection_to(self.catalogue.candidates(way.server), way.server, way.context))
        except NotConfiguredError as error:
            raise ClusterError(Reason.KUBECONFIG_REFUSED, f"{error}: correct the kubeconfig") from None

    def _refresh(self, old: Secret | None, new: Secret | None) -> None:
        """Drop every cluster whose Secret was changed or deleted; the next reconcile uses the new credentials."""
        for way, client in list(self._clients.items()):
            if way != LOCAL and concerns(way.server, old, new) and not self._is_current(way, client):
                del self._clients[way]
                for key in [key for key in self._clusters if key[0] == way]:
                    self._clusters.pop(key).close()
                task = asyncio.create_task(client.close(), name=f"close {way.server}")
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    def _is_current(self, way: ClusterRef, client: Client) -> bool:
        try:
            return connection_to(self.catalogue.candidates(way.server), way.server, way.context) == client.connection
        except ClusterError:
            return False
