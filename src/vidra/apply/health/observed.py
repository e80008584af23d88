"""Whether the controller of a custom resource has seen it yet.

Invariant: an object that no controller has seen is not Current, as long as a controller may still see it. A kind whose
controller never writes a status looks like one whose controller is not running. So that it does not block others for
ever, its objects count as Current from a certain age on.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vidra.api.health import Health, Status
from vidra.apply.health.fields import Condition, conditions, mapping, number, text
from vidra.apply.health.results import in_progress, one_line

OBSERVED_WITHIN = 300
"""Seconds after an object's creation from which a missing status counts as one that is never written."""
BUILT_IN = frozenset(
    {
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "extensions",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    }
)
"""Groups of Kubernetes itself: their rules know which of their kinds have a status."""


def unlooked(source: Mapping[str, Any], group: str) -> Health | None:
    """Whether the controller has not seen an object whose kind has a status subresource; None when it has."""
    if group in BUILT_IN:
        return None
    found = list(conditions(source).values())
    if not mapping(source, "status"):
        said = "its controller has written no status yet"
    elif found and all(each.status == "Unknown" for each in found):
        # A default of the CRD: Gateways are "Accepted: Unknown, waiting for controller" from the start.
        said = found[0].words
    else:
        return _behind(found, number(source, "metadata", "generation"))
    return Health(Status.IN_PROGRESS, one_line(said), _end_of_waiting(source))


def _behind(found: list[Condition], generation: int | None) -> Health | None:
    """All conditions with a generation have an older one."""
    seen = max((each.generation for each in found if each.generation is not None), default=None)
    if seen is None or generation is None or seen >= generation:
        return None
    return in_progress(f"generation {generation} is not seen by its controller yet, the last was {seen}")


def _end_of_waiting(source: Mapping[str, Any]) -> float:
    """Unix time; 0 without a creationTimestamp: it is not a live object."""
    try:
        made = datetime.fromisoformat(text(source, "metadata", "creationTimestamp"))
    except ValueError:
        return 0.0
    return made.timestamp() + OBSERVED_WITHIN if made.tzinfo is not None else 0.0
