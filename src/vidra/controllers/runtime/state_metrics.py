"""Metrics about the state of all resources, counted from the stores when Prometheus scrapes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from vidra.api.conditions import ConditionType, find
from vidra.api.health import Status
from vidra.api.reasons import Reason
from vidra.api.resource import VidraResource
from vidra.api.sync import Sync
from vidra.sources.transport.places import host_of

NEW = "Unknown"
"""Status and reason of what was not reconciled yet."""

_AWAY = frozenset(
    {
        Reason.INFRAHUB_UNREACHABLE,
        Reason.INFRAHUB_ERROR,
        Reason.NOT_INFRAHUB,
        Reason.SOURCE_UNREACHABLE,
        Reason.SOURCE_ERROR,
    }
)
"""Reasons of a sync whose source gives no usable answer to any request."""
_NOT_ASKED = frozenset(
    {
        Reason.PROGRESSING,
        Reason.SUSPENDED,
        Reason.DELETING,
        Reason.INVALID_SPEC,
        Reason.DEPENDENCY_CYCLE,
        Reason.CREDENTIALS_MISSING,
        Reason.CREDENTIALS_INVALID,
        Reason.HOST_NOT_ALLOWED,
    }
)
"""Reasons that say nothing about the source."""


class StateCollector(Collector):
    """Counts syncs, VidraResources and objects.

    Labels are bounded: kinds, statuses, reasons of the closed set, hosts of Infrahubs.
    """

    def __init__(self, syncs: Iterable[Sync], resources: Iterable[VidraResource], clusters: Callable[[], int]) -> None:
        self._syncs = syncs
        self._resources = resources
        self._clusters = clusters

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The figures of this moment."""
        yield _readiness((*self._syncs, *self._resources))
        yield _health(self._resources)
        yield _problems(self._resources)
        yield _infrahubs(self._syncs)
        yield _sources(self._syncs)
        for name, text, count in (
            ("vidra_objects", "Objects in all inventories.", lambda item: len(item.status.managed_resources)),
            (
                "vidra_drifted_objects",
                "Objects that drifted and are not reverted.",
                lambda item: len(item.status.drifted),
            ),
        ):
            yield GaugeMetricFamily(name, text, value=sum(map(count, self._resources)))
        held = sum(_held(item) for items in (self._syncs, self._resources) for item in items)
        yield GaugeMetricFamily("vidra_held_prunes", "Prunes that wait for an approval.", value=held)
        yield GaugeMetricFamily("vidra_clusters", "Clusters in use, each identity counted.", value=self._clusters())


def _readiness(items: Iterable[Sync | VidraResource]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "vidra_resources", "Syncs and VidraResources by their Ready condition.", labels=["kind", "ready", "reason"]
    )
    counts: Counter[tuple[str, str, str]] = Counter()
    for item in items:
        ready = find(item.status.conditions, ConditionType.READY)
        counts[item.kind, ready.status if ready else NEW, ready.reason if ready else NEW] += 1
    for labels, count in sorted(counts.items()):
        family.add_metric(labels, count)
    return family


def _health(resources: Iterable[VidraResource]) -> GaugeMetricFamily:
    family = GaugeMetricFamily("vidra_health", "VidraResources by the health of their worst object.", labels=["health"])
    counts = Counter(item.status.health or Status.UNKNOWN for item in resources)
    for status in Status:
        family.add_metric([status], counts[status])
    return family


def _problems(resources: Iterable[VidraResource]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(
        "vidra_problems", "Problems of single objects, as far as statuses list them.", labels=["reason"]
    )
    counts = Counter(problem.reason for item in resources for problem in item.status.problems)
    for reason, count in sorted(counts.items()):
        family.add_metric([reason], count)
    return family


def _infrahubs(syncs: Iterable[Sync]) -> GaugeMetricFamily:
    """Whether each Infrahub answers, by the status of the syncs that read from it."""
    family = GaugeMetricFamily("vidra_infrahub_up", "1: the Infrahub answers; 0: it does not.", labels=["host"])
    for (kind, host), up in _answering(syncs):
        if kind == "infrahub":
            family.add_metric([host], up)
    return family


def _sources(syncs: Iterable[Sync]) -> GaugeMetricFamily:
    """Whether each other source answers, by kind and host."""
    text = "1: the source answers; 0: it does not."
    family = GaugeMetricFamily("vidra_source_up", text, labels=["source", "host"])
    for (kind, host), up in _answering(syncs):
        if kind != "infrahub":
            family.add_metric([kind, host], up)
    return family


def _answering(syncs: Iterable[Sync]) -> list[tuple[tuple[str, str], bool]]:
    """Whether the host of each kind of source answers, as far as the syncs that read from it know."""
    there: dict[tuple[str, str], bool] = {}
    for sync in syncs:
        ready = find(sync.status.conditions, ConditionType.READY)
        kind, address = sync.source.address
        host = host_of(address)
        if ready and host and ready.reason not in _NOT_ASKED:
            there[kind, host] = there.get((kind, host), True) and ready.reason not in _AWAY
    return sorted(there.items())


def _held(item: Sync | VidraResource) -> bool:
    ready = find(item.status.conditions, ConditionType.READY)
    return ready is not None and ready.reason == Reason.PRUNE_HELD
