"""The Prometheus metrics; with controller-runtime's names where the meaning is the same."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector
from prometheus_client.registry import Collector

from vidra import __version__


class Metrics:
    """The instruments of one operator."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        build = Gauge("vidra_build_info", "1, with the version.", ["version"], registry=self.registry)
        build.labels(__version__).set(1)
        self._add_reconciles()
        self._add_deliveries()
        self._add_objects()
        self._add_infrahub()
        self._add_operator()
        self._add_queue()

    def _add_reconciles(self) -> None:
        self.passes = Counter(
            "controller_runtime_reconcile",
            "Reconciles, by controller and result (success, error).",
            ["controller", "result"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "controller_runtime_reconcile_time_seconds",
            "How long reconciles take.",
            ["controller"],
            registry=self.registry,
            buckets=(0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
        )

    def _add_deliveries(self) -> None:
        self.delivery = Histogram(
            "vidra_delivery_seconds",
            "From a changed text being listed by its source until it is applied, or its objects are healthy.",
            ["until"],
            registry=self.registry,
            buckets=(0.25, 1, 2.5, 5, 10, 30, 60, 120, 300, 600),
        )
        for until in ("applied", "healthy"):
            self.delivery.labels(until)

    def _add_objects(self) -> None:
        self.reverted = Counter(
            "vidra_drift_reverted", "Objects that were reverted because others changed them.", registry=self.registry
        )
        self.pruned = Counter("vidra_objects_pruned", "Objects that were deleted or released.", registry=self.registry)
        self.applied = Counter(
            "vidra_objects_applied", "Objects that were written because their text is new.", registry=self.registry
        )

    def _add_infrahub(self) -> None:
        self.downloads = Counter("vidra_artifact_downloads", "Texts fetched from sources.", registry=self.registry)
        self.webhooks = Counter(
            "vidra_webhook_requests", "Calls of Infrahub, by what came of them.", ["result"], registry=self.registry
        )
        self.overdue = Gauge(
            "vidra_overdue_syncs",
            "Syncs that were given no list for three of their intervals.",
            registry=self.registry,
        )

    def _add_operator(self) -> None:
        self.others = Gauge(
            "vidra_other_operators",
            "Other operators that work in the same namespace; only without a Lease over the work.",
            registry=self.registry,
        )
        self.leading = Gauge(
            "leader_election_master_status", "1 while the Lease is held.", ["name"], registry=self.registry
        )

    def _add_queue(self) -> None:
        self.waiting = self._gauge("workqueue_depth", "Keys that could be worked on now.", "name")
        self.longest = self._gauge(
            "workqueue_longest_running_processor_seconds", "For how long the oldest reconcile has been running.", "name"
        )
        self.workers = self._gauge("controller_runtime_active_workers", "Running reconciles.", "controller")
        self.most_workers = self._gauge(
            "controller_runtime_max_concurrent_reconciles", "Reconciles that may run at a time.", "controller"
        )
        self.added = Counter(
            "workqueue_adds", "Keys that became ready to be worked on.", ["name"], registry=self.registry
        )
        self.retried = Counter(
            "workqueue_retries", "Keys that are tried again later.", ["name"], registry=self.registry
        )
        self.queued = Histogram(
            "workqueue_queue_duration_seconds",
            "How long keys that could be worked on wait for a worker.",
            ["name"],
            registry=self.registry,
            buckets=(0.001, 0.01, 0.1, 1, 10, 60),
        )

    def _gauge(self, name: str, text: str, label: str) -> Gauge:
        return Gauge(name, text, [label], registry=self.registry)

    @contextmanager
    def showing(self, *collectors: Collector) -> Iterator[None]:
        """Export these collectors while the context lasts."""
        for collector in collectors:
            self.registry.register(collector)
        try:
            yield
        finally:
            for collector in collectors:
                self.registry.unregister(collector)
