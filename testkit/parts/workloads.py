"""Workloads for stories about pods; without a namespace."""

from collections.abc import Mapping
from typing import Any, Final

Json = dict[str, Any]

IMAGE: Final = "registry.example.com/web:1"
_DEADLINE: Final = 1
"""Seconds without progress after which a Deployment says that it failed; the least that the API takes."""


def deployment(name: str, *, image: str = IMAGE, replicas: int = 2) -> Json:
    """A Deployment that soon says so when it does not get on."""
    spec = {"replicas": replicas, "progressDeadlineSeconds": _DEADLINE}
    return _workload("Deployment", name, {**spec, **_selected(name, image)})


def stateful_set(name: str, *, image: str = IMAGE, replicas: int = 2) -> Json:
    """A StatefulSet without storage."""
    return _workload("StatefulSet", name, {"replicas": replicas, "serviceName": name, **_selected(name, image)})


def daemon_set(name: str, *, image: str = IMAGE) -> Json:
    """A DaemonSet, which has a pod on each node."""
    return _workload("DaemonSet", name, _selected(name, image))


def job(name: str, *, image: str = IMAGE, labels: Mapping[str, str] | None = None) -> Json:
    """A Job that tries once; the labels are those of its pod."""
    template = _template(image, dict(labels or {}), restartPolicy="Never")
    return _workload("Job", name, {"backoffLimit": 0, "template": template}, api_version="batch/v1")


def _workload(kind: str, name: str, spec: Json, *, api_version: str = "apps/v1") -> Json:
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name}, "spec": spec}


def _selected(name: str, image: str) -> Json:
    labels = {"app": name}
    return {"selector": {"matchLabels": labels}, "template": _template(image, labels)}


def _template(image: str, labels: dict[str, str], **spec: Any) -> Json:
    return {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "main", "image": image}], **spec}}
