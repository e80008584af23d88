"""All clusters in use: the one that Vidra runs in, and those whose kubeconfig is in a Secret."""

from __future__ import annotations

import asyncio

from vidra.api.names import CLUSTER_LABEL, LOCAL_SERVER
from vidra.api.reasons import Reason
from vidra.clusters.cluster import Cluster
from vidra.clusters.credentials import connection_for, host_of, same_server
from vidra.clusters.errors import ClusterError
from vidra.clusters.owners import Owners
from vidra.kube.connection import Connection, NotConfigured
from vidra.kube.core import Secret
from vidra.kube.observed import Judge
from vidra.kube.store import Store


class Clusters:
    """Destinations by server URL, each with one live cluster."""

    def __init__(
        self, local: Connection, own_namespace: str, secrets: Store[Secret], owners: Owners, judge: Judge
    ) -> None:
        self.local = Cluster("", local, owners, judge, own_namespace=own_namespace)
        self._secrets = secrets
        self._owners = owners
        self._judge = judge
        self._remote: dict[str, Cluster] = {}
        self._closing: set[asyncio.Task[None]] = set()
        secrets.listen(lambda _old, _new: self._refresh())

    def get(self, server: str | None) -> Cluster:
        """The live cluster of a destination.

        Raises:
            ClusterError: There is none, and why.
        """
        if is_local(server):
            return self.local
        assert server is not None
        connection = self._connection(server)
        cluster = self._remote.get(server)
        if cluster is None:
            cluster = self._remote[server] = self._opened(server, connection)
        return cluster

    def leave(self, manager: str) -> None:
        """Forget what an owner wanted to be told; it is gone."""
        for cluster in (self.local, *self._remote.values()):
            cluster.leave(manager)

    def judge_again(self) -> None:
        """Look at every object afresh: the rules about health are others."""
        for cluster in (self.local, *self._remote.values()):
            cluster.observed.judge_again()

    async def close(self) -> None:
        """Close all of them."""
        for cluster in (self.local, *self._remote.values()):
            await cluster.close()
        await asyncio.gather(*self._closing)

    def _opened(self, server: str, connection: Connection) -> Cluster:
        try:
            return Cluster(server, connection, self._owners, self._judge)
        except NotConfigured as error:
            raise ClusterError(Reason.KUBECONFIG_REFUSED, f"{error}: correct the kubeconfig") from None

    def _refresh(self) -> None:
        """Drop every cluster whose Secret changed or went; the next pass starts with the new credentials."""
        for server, cluster in list(self._remote.items()):
            try:
                same = self._connection(server) == cluster.connection
            except ClusterError:
                same = False
            if not same:
                del self._remote[server]
                task = asyncio.create_task(cluster.close(), name=f"close {server}")
                self._closing.add(task)
                task.add_done_callback(self._closing.discard)

    def _connection(self, server: str) -> Connection:
        host = host_of(server)
        found = [secret for secret in self._secrets if secret.metadata.labels.get(CLUSTER_LABEL) == host]
        newest = sorted(found, key=lambda secret: secret.metadata.creation_timestamp, reverse=True)
        failures: list[ClusterError] = []
        for secret in newest if host else ():
            try:
                return connection_for(secret.value("kubeconfig"), server)
            except ValueError:
                failures.append(_unreadable(secret, server))
            except ClusterError as error:
                failures.append(error)
        # One that is for this server says more than all those for others on the same host.
        refused = (error for error in failures if error.reason is not Reason.CLUSTER_CREDENTIALS_MISSING)
        raise next(refused, None) or _missing(host, server)


def is_local(server: str | None) -> bool:
    """Whether a destination means the cluster that Vidra runs in."""
    return not server or same_server(server, LOCAL_SERVER)


def _unreadable(secret: Secret, server: str) -> ClusterError:
    where = f"{secret.metadata.namespace}/{secret.metadata.name}"
    return ClusterError(Reason.KUBECONFIG_REFUSED, f"the Secret {where} for {server} holds no readable kubeconfig")


def _missing(host: str, server: str) -> ClusterError:
    return ClusterError(
        Reason.CLUSTER_CREDENTIALS_MISSING,
        f"no Secret labelled {CLUSTER_LABEL}={host} holds a kubeconfig for {server}: create one",
    )
