"""Metrics about requests to API servers and Infrahubs, collected when Prometheus scrapes."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from vidra.clusters.registry import Clusters
from vidra.telemetry.http_requests import RequestCounter


class RequestCollector(Collector):
    """Requests by host, method and status."""

    def __init__(self, name: str, text: str, traffic: RequestCounter) -> None:
        self._name = name
        self._text = text
        self._traffic = traffic

    def collect(self) -> Iterator[CounterMetricFamily]:
        """The figures of this moment."""
        family = CounterMetricFamily(self._name, self._text, labels=["host", "method", "code"])
        for labels, count in sorted(self._traffic.counts.items()):
            family.add_metric(labels, count)
        yield family


class ClusterUpCollector(Collector):
    """Which clusters with Vidra's objects are available."""

    def __init__(self, clusters: Clusters) -> None:
        self._clusters = clusters

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures of this moment. If several identities use a host, the worst of them counts."""
        there: dict[str, bool] = {}
        for cluster in self._clusters:
            if (known := cluster.breaker.available) is not None:
                there[cluster.client.host] = known and there.get(cluster.client.host, True)
        family = GaugeMetricFamily("vidra_cluster_up", "1: the cluster answers; 0: it does not.", labels=["host"])
        for host, up in sorted(there.items()):
            family.add_metric([host], up)
        yield family
