"""What an operator in this process shows to Prometheus, read as Prometheus reads it."""

from __future__ import annotations

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

from testkit.operating import Operating


def samples(operating: Operating) -> list[Sample]:
    """Every sample of this moment, but for when counters began."""
    text = generate_latest(operating.operator.metrics.registry).decode()
    found = (sample for family in text_string_to_metric_families(text) for sample in family.samples)
    return [sample for sample in found if not sample.name.endswith("_created")]


def values(operating: Operating) -> dict[tuple[str, tuple[str, ...]], float]:
    """The same by name and label values, in the order of the label names."""
    return {(sample.name, tuple(sample.labels.values())): sample.value for sample in samples(operating)}


def labels(operating: Operating) -> dict[str, set[str]]:
    """Names of all metrics that have samples now, with the names of their labels."""
    found: dict[str, set[str]] = {}
    for sample in samples(operating):
        found.setdefault(sample.name, set()).update(sample.labels)
    return found
