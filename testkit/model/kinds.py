"""The kinds of objects in stories: where the API server has them, what an artifact says of them, what is read back."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import msgspec

Json = dict[str, Any]

GROUP = "model.test"
OLD, NEW = f"{GROUP}/v1alpha1", f"{GROUP}/v1"
"""Versions of Gadget. NEW is stored and always served; its schema has a field with a default that OLD does not know."""
REPLICAS = "/spec/replicas"
"""What syncs ignore of a Gadget: somebody may scale it."""


class ModelKind(msgspec.Struct, frozen=True):
    """One kind.

    Attributes:
        name: As in a manifest.
        root: Path of its API version.
        collection: Plural name, as in paths.
        body: The part of a manifest that holds a value (text).
        read: From a live object to what a story compares: the value under `value`, and the fields beside it.
    """

    name: str
    root: str
    collection: str
    body: Callable[[str], Json]
    read: Callable[[Json], dict[str, str]]
    api_version: str = "v1"

    def path(self, namespace: str, name: str = "") -> str:
        """Path of one object, or of all in a namespace; of the cluster's where there is no namespace."""
        place = f"/namespaces/{namespace}" if namespace else ""
        return f"{self.root}{place}/{self.collection}" + (f"/{name}" if name else "")


def _secret(item: Json) -> dict[str, str]:
    return {name: base64.b64decode(value).decode() for name, value in (item.get("data") or {}).items()}


def _quota(item: Json) -> dict[str, str]:
    hard = _spec(item).get("hard") or {}
    return {"value": hard["requests.cpu"]} if "requests.cpu" in hard else {}


def _limits(item: Json) -> dict[str, str]:
    limits = _spec(item).get("limits") or []
    return {"value": limits[0]["default"]["cpu"]} if limits else {}


def _gadget(item: Json) -> dict[str, str]:
    return {name: str(value) for name, value in _spec(item).items() if name in {"value", "replicas"}}


def _spec(item: Json) -> Json:
    """Nothing for a moment where the last two owners release an object at once, and one of them deletes it then."""
    return item.get("spec") or {}


BY_LETTER = {
    "c": ModelKind(
        "ConfigMap",
        "/api/v1",
        "configmaps",
        lambda value: {"data": {"value": value, "same": "same"}},
        lambda item: dict(item.get("data") or {}),
    ),
    "s": ModelKind(
        "Secret",
        "/api/v1",
        "secrets",
        lambda value: {"data": {"value": base64.b64encode(value.encode()).decode(), "same": "c2FtZQ=="}},
        _secret,
    ),
    "n": ModelKind(
        "Namespace",
        "/api/v1",
        "namespaces",
        lambda value: {"metadata": {"labels": {"value": value}}},
        lambda item: {"value": (item["metadata"].get("labels") or {}).get("value", "")},
    ),
    # Sent in another form than the API server stores: 2000m is 2.
    "q": ModelKind(
        "ResourceQuota",
        "/api/v1",
        "resourcequotas",
        lambda value: {"spec": {"hard": {"requests.cpu": f"{value}000m"}}},
        _quota,
    ),
    # The API server adds fields inside a list that is owned as a whole.
    "l": ModelKind(
        "LimitRange",
        "/api/v1",
        "limitranges",
        lambda value: {"spec": {"limits": [{"type": "Container", "default": {"cpu": f"{value}000m"}}]}},
        _limits,
    ),
    # A custom resource in two versions, which somebody may scale.
    "g": ModelKind(
        "Gadget",
        f"/apis/{NEW}",
        "gadgets",
        lambda value: {"spec": {"value": value, "replicas": 1}},
        _gadget,
        NEW,
    ),
}
BY_NAME = {kind.name: kind for kind in BY_LETTER.values()}
NUMBERS = frozenset({"ResourceQuota", "LimitRange"})
"""Kinds whose values are numbers."""


def definition(*, old_served: bool) -> Json:
    """The CustomResourceDefinition of Gadget."""
    spec = {"value": {"type": "string"}, "replicas": {"type": "integer"}}
    newer = {**spec, "mode": {"type": "string", "default": "auto"}}
    scale = {"specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"}

    def version(name: str, properties: Json, *, served: bool, storage: bool) -> Json:
        schema = {
            "type": "object",
            "properties": {
                "spec": {"type": "object", "properties": properties},
                "status": {"type": "object", "properties": {"replicas": {"type": "integer"}}},
            },
        }
        return {
            "name": name.rpartition("/")[2],
            "served": served,
            "storage": storage,
            "schema": {"openAPIV3Schema": schema},
            "subresources": {"scale": scale},
        }

    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"gadgets.{GROUP}"},
        "spec": {
            "group": GROUP,
            "scope": "Namespaced",
            "names": {"kind": "Gadget", "listKind": "GadgetList", "plural": "gadgets", "singular": "gadget"},
            "versions": [
                version(NEW, newer, served=True, storage=True),
                version(OLD, spec, served=old_served, storage=False),
            ],
        },
    }
