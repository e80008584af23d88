"""What Prometheus sees of the work; controller-runtime's names where the meaning is the same."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, PlatformCollector, ProcessCollector


class Metrics:
    """The instruments of one operator."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self.passes = Counter(
            "controller_runtime_reconcile",
            "Passes, by controller and result (success, error).",
            ["controller", "result"],
            registry=self.registry,
        )
        self.seconds = Histogram(
            "controller_runtime_reconcile_time_seconds",
            "How long passes take.",
            ["controller"],
            registry=self.registry,
            buckets=(0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60),
        )
        self.reverted = Counter(
            "vidra_drift_reverted", "Objects that were put back because somebody changed them.", registry=self.registry
        )
        self.pruned = Counter("vidra_objects_pruned", "Objects that were deleted or let go.", registry=self.registry)
        self.applied = Counter(
            "vidra_objects_applied", "Objects that were written because their text is new.", registry=self.registry
        )
        self.downloads = Counter("vidra_artifact_downloads", "Texts fetched from Infrahub.", registry=self.registry)
        self.webhooks = Counter(
            "vidra_webhook_requests", "Calls of Infrahub, by what came of them.", ["result"], registry=self.registry
        )
        self.waiting = Gauge("workqueue_depth", "Keys that could be worked on now.", ["name"], registry=self.registry)
