"""Clusters for dry runs, in which nothing is really written."""

from __future__ import annotations

from vidra.api.reasons import Reason
from vidra.clusters.cluster import Cluster
from vidra.clusters.errors import ClusterError
from vidra.clusters.event_handler import ClusterEventHandler
from vidra.clusters.impersonation import Impersonation
from vidra.clusters.registry import Clusters
from vidra.kube.client import Client, Headers
from vidra.kube.connection import Connection
from vidra.kube.dry_run import DryRun, Rehearsed
from vidra.kube.object_snapshot import HealthEvaluator
from vidra.kube.store import Store
from vidra.kube.types import Secret


class NoopEventHandler(ClusterEventHandler):
    """A dry run waits for no event."""

    def on_object_event(self, manager: str) -> None:
        """No-op."""

    def on_condition_met(self, manager: str) -> None:
        """No-op."""

    def on_health_changed(self, manager: str) -> None:
        """No-op."""


class DryRunClusters(Clusters):
    """The same clusters with the same credentials; every write is a dry run.

    Invariant: where a person is impersonated, there is no request to the cluster that Vidra runs in as anybody else.

    Args:
        person: Impersonation headers of who asks, if that is by impersonation.
    """

    def __init__(
        self,
        local: Connection,
        own_namespaces: tuple[str, ...],
        secrets: Store[Secret],
        judge: HealthEvaluator,
        person: Headers = (),
    ) -> None:
        self._stages: list[tuple[str, DryRun]] = []
        self._home = local.server
        self._person = person
        super().__init__(local, own_namespaces, secrets, NoopEventHandler(), judge)

    def get(self, server: str | None, context: str = "", identity: Impersonation | None = None) -> Cluster:
        """The live cluster of a destination.

        Raises:
            ClusterError: There is none, or it would have to be asked as a ServiceAccount instead of the person.
        """
        if identity and self._person:
            message = (
                "who is named by a proxy cannot act as a ServiceAccount as well: use vidra diff, or vidra ui, on your "
                "own machine"
            )
            raise ClusterError(Reason.FORBIDDEN, message)
        return super().get(server, context, identity)

    async def there(self, cluster: Cluster) -> None:
        """Wait until it is known whether a cluster is available.

        Raises:
            KubeError: It is not.
        """
        cluster.breaker.probe()
        await cluster.breaker.answered.wait()
        cluster.breaker.require_available("rehearsal", passing=True)

    def writes(self) -> list[tuple[str, Rehearsed]]:
        """The writes of the dry run, each with its server; empty for the cluster that Vidra runs in."""
        return [
            (server, write) for server, stage in sorted(self._stages, key=_server) for write in stage.writes.values()
        ]

    def _client(self, connection: Connection) -> Client:
        home = connection.server == self._home
        stage = DryRun(connection, self._person if home else ())
        self._stages.append(("" if home else connection.server, stage))
        return stage


def _server(stage: tuple[str, DryRun]) -> str:
    return stage[0]
